//===- Report.cpp - A picture of a step for a person ----------------------===//

#include "hocket/Runtime/Report.h"

#include "ReportPage.h"

#include "hocket/Plan/Work.h"
#include "hocket/Support/File.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>

using namespace hocket;
using namespace hocket::plan;
using namespace hocket::runtime;

namespace {

using Json = nlohmann::ordered_json;

struct Style {
  const char *title;
  const char *colour;
  bool waits = false;
};

/// The same colours as those of tools/trace2svg.py.
const Style kStyles[] = {{"forward", "#4e79a7"},
                         {"backward, input gradient", "#f28e2b"},
                         {"weight gradient", "#b07aa1"},
                         {"recomputation", "#9c755f"},
                         {"update", "#59a14f"},
                         {"attention of shared sequences", "#d4a017"},
                         {"all-reduce: wait and sum", "#e15759"},
                         {"wait and transfer", "#c9d0d8", true},
                         {"zero, move, add", "#76b7b2"}};
enum StyleIndex { F, B, W, R, Update, Attend, Sum, Wait, Other };

StyleIndex styleOf(const Instruction &instruction) {
  static const std::map<TaskKind, StyleIndex> ofKernels = {
      {TaskKind::F, F}, {TaskKind::B, B}, {TaskKind::Bi, B},
      {TaskKind::W, W}, {TaskKind::R, R}, {TaskKind::Update, Update}};
  static const std::map<Op, StyleIndex> ofOthers = {{Op::Attend, Attend},
                                                    {Op::AllReduce, Sum},
                                                    {Op::Recv, Wait},
                                                    {Op::WaitSend, Wait},
                                                    {Op::WaitCopy, Wait}};
  if (instruction.op == Op::Kernel)
    return ofKernels.at(instruction.kind);
  auto found = ofOthers.find(instruction.op);
  return found == ofOthers.end() ? Other : found->second;
}

std::string escape(const std::string &text) {
  std::string out;
  for (char letter : text)
    switch (letter) {
    case '&':
      out += "&amp;";
      break;
    case '<':
      out += "&lt;";
      break;
    case '>':
      out += "&gt;";
      break;
    case '"':
      out += "&quot;";
      break;
    default:
      out += letter;
    }
  return out;
}

std::string format(const char *pattern, double value) {
  char text[48];
  std::snprintf(text, sizeof(text), pattern, value);
  return text;
}

/// The spans of the last step, in seconds from the step's first one.
struct Step {
  std::vector<std::vector<Span>> ranks;
  double end = 0;
};

Step lastStep(const std::vector<std::vector<Span>> &timelines) {
  Step step;
  double origin = INFINITY;
  for (const std::vector<Span> &spans : timelines) {
    size_t first = spans.size();
    while (first > 0 && (first == spans.size() || spans[first - 1].instruction <
                                                      spans[first].instruction))
      --first;
    step.ranks.emplace_back(spans.begin() + long(first), spans.end());
    if (first < spans.size())
      origin = std::min(origin, spans[first].begin);
  }
  for (std::vector<Span> &spans : step.ranks)
    for (Span &span : spans) {
      span.begin -= origin;
      span.end -= origin;
      step.end = std::max(step.end, span.end);
    }
  return step;
}

class ReportWriter {
public:
  ReportWriter(const std::string &title,
               const std::vector<ReportProcess> &processes, const Plan &plan,
               const Model &model, size_t maxRanks)
      : title(title), processes(processes), plan(plan), model(model),
        numRanks(std::min(maxRanks, plan.ranks.size())) {
    for (const ReportProcess &process : processes) {
      steps.push_back(lastStep(*process.timelines));
      end = std::max(end, steps.back().end);
    }
  }

  std::string page();

private:
  std::string figures() const;
  std::string legend() const;
  std::string overview() const;
  std::string data();
  Json lane(const std::vector<Span> &spans, uint32_t rank);
  std::string details(uint32_t rank, const Instruction &instruction) const;
  int64_t text(const std::string &content) {
    auto [found, isNew] = numbers.try_emplace(content, numbers.size());
    if (isNew)
      texts.push_back(content);
    return int64_t(found->second);
  }

  const std::string &title;
  const std::vector<ReportProcess> &processes;
  const Plan &plan;
  const Model &model;
  size_t numRanks;
  std::vector<Step> steps;
  double end = 0;
  /// Each text once: instructions repeat.
  std::map<std::string, size_t> numbers;
  Json texts = Json::array();
};

/// A row for each figure that any process has.
std::string ReportWriter::figures() const {
  std::vector<std::string> rows;
  std::string head = "<tr><th></th>";
  for (const ReportProcess &process : processes) {
    head += "<th>" + escape(process.name) + "</th>";
    for (const auto &[name, value] : process.figures)
      if (std::find(rows.begin(), rows.end(), name) == rows.end())
        rows.push_back(name);
  }
  std::string html = "<table>\n" + head + "</tr>\n";
  for (const std::string &row : rows) {
    html += "<tr><td>" + escape(row) + "</td>";
    for (const ReportProcess &process : processes) {
      std::string text;
      for (const auto &[name, value] : process.figures)
        if (name == row)
          text = value;
      html += "<td>" + escape(text) + "</td>";
    }
    html += "</tr>\n";
  }
  return html + "</table>\n";
}

std::string ReportWriter::legend() const {
  std::string html = "<p class=\"legend\">";
  for (const Style &style : kStyles)
    html += std::string("<span><i style=\"background:") + style.colour +
            "\"></i>" + style.title + "</span> ";
  return html + "</p>\n";
}

/// All of the step, 1000 units wide, with no script: what waits is left out.
std::string ReportWriter::overview() const {
  constexpr double lane = 8, gap = 6;
  std::string body;
  double y = gap;
  for (const Step &step : steps) {
    for (size_t rank = 0; rank < numRanks; ++rank, y += lane) {
      body += "<rect x=\"0\" y=\"" + format("%g", y) + "\" width=\"" +
              format("%.2f", 1000 * step.end / end) + "\" height=\"" +
              format("%g", lane - 1) + "\" fill=\"#f0f2f5\"/>\n";
      for (const Span &span : step.ranks[rank]) {
        const Style &style = kStyles[styleOf(
            plan.roles[plan.ranks[rank].role].body[span.instruction])];
        double width = 1000 * (span.end - span.begin) / end;
        if (style.waits || width < 0.05)
          continue;
        body += "<rect x=\"" + format("%.2f", 1000 * span.begin / end) +
                "\" y=\"" + format("%g", y) + "\" width=\"" +
                format("%.2f", width) + "\" height=\"" +
                format("%g", lane - 1) + "\" fill=\"" + style.colour + "\"/>\n";
      }
    }
    y += gap;
  }
  std::string height = format("%g", y);
  return "<svg id=\"overview\" xmlns=\"http://www.w3.org/2000/svg\" "
         "viewBox=\"0 0 1000 " +
         height + "\" height=\"" + height +
         "\" preserveAspectRatio=\"none\">\n" + body +
         "<rect id=\"window\" x=\"0\" y=\"0\" width=\"1000\" height=\"" +
         height + "\" fill=\"none\"/>\n</svg>\n";
}

std::string ReportWriter::details(uint32_t rank,
                                  const Instruction &instruction) const {
  const Rank &place = plan.ranks[rank];
  std::string text;
  auto add = [&](const std::string &line) {
    text += (text.empty() ? "" : "\n") + line;
  };
  if (instruction.stage >= 0)
    add("stage " + std::to_string(instruction.stage));
  if (instruction.op == Op::Kernel || instruction.op == Op::Attend)
    add("kernel " + model.kernels[instruction.kernel].symbol);
  else if (instruction.buffers.size() == 1)
    add("buffer " +
        plan.roles[place.role].buffers[instruction.buffers[0]].name);
  if (instruction.peer >= 0)
    add("peer: rank " + std::to_string(place.peers[size_t(instruction.peer)]));
  if (instruction.op == Op::AllReduce)
    add("over " +
        std::to_string(
            plan.groups[place.groups[size_t(instruction.group)]].size()) +
        " ranks");
  Work work = workOf(plan, model, place, instruction);
  if (work.flops > 0)
    add(std::to_string(work.flops) + " flops");
  if (instruction.op != Op::WaitSend && instruction.op != Op::WaitCopy)
    add(std::to_string(work.bytes) + " bytes");
  return text;
}

Json ReportWriter::lane(const std::vector<Span> &spans, uint32_t rank) {
  const Role &role = plan.roles[plan.ranks[rank].role];
  Json list = Json::array();
  for (const Span &span : spans) {
    const Instruction &instruction = role.body[span.instruction];
    bool isKernel = instruction.op == Op::Kernel;
    bool isNumbered = isKernel || instruction.op == Op::Attend;
    std::string what = isKernel ? name(instruction.kind) : name(instruction.op);
    if (instruction.microbatch >= 0)
      what += " of " + plan.strategy.describe(instruction.microbatch);
    std::string more = details(rank, instruction);
    // Nanoseconds are exact enough, and short.
    auto rounded = [](double seconds) {
      return std::round(seconds * 1e9) / 1e9;
    };
    list.push_back({rounded(span.begin), rounded(span.end - span.begin),
                    int(styleOf(instruction)),
                    isNumbered ? instruction.microbatch : -1, text(what),
                    more.empty() ? -1 : text(more)});
  }
  return {{"title", "rank " + std::to_string(rank) + " (" + role.name +
                        ", data " + std::to_string(plan.ranks[rank].data) +
                        ")"},
          {"spans", std::move(list)}};
}

std::string ReportWriter::data() {
  Json list = Json::array();
  for (size_t i = 0; i < processes.size(); ++i) {
    Json lanes = Json::array();
    for (uint32_t rank = 0; rank < numRanks; ++rank)
      lanes.push_back(lane(steps[i].ranks[rank], rank));
    list.push_back({{"name", processes[i].name},
                    {"end", steps[i].end},
                    {"lanes", std::move(lanes)}});
  }
  Json styles = Json::array();
  for (const Style &style : kStyles)
    styles.push_back({{"colour", style.colour}, {"waits", style.waits}});
  auto [unit, size] = end >= 1      ? std::pair("s", 1.0)
                      : end >= 1e-3 ? std::pair("ms", 1e-3)
                                    : std::pair("µs", 1e-6);
  Json document = {{"end", end},
                   {"unit", unit},
                   {"size", size},
                   {"styles", std::move(styles)},
                   {"processes", std::move(list)},
                   {"texts", texts}};
  std::string json =
      document.dump(-1, ' ', false, Json::error_handler_t::replace);
  // Nothing in it may end the element that holds it.
  std::string safe;
  for (char letter : json)
    safe += letter == '<' ? std::string("\\u003c") : std::string(1, letter);
  return safe;
}

std::string ReportWriter::page() {
  std::string html =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<title>" +
      escape(title) + "</title>\n<style>" + kReportStyle +
      "</style>\n</head>\n<body>\n<h1>" + escape(title) + "</h1>\n" +
      figures() + legend() + overview();
  html += "<p class=\"hint\">Scroll over the chart to zoom, drag it to move, "
          "double-click for all of it; drag in the small one to choose a "
          "range. With the chart in focus: + - 0 and the arrows.";
  if (numRanks < plan.ranks.size())
    html += " The first " + std::to_string(numRanks) + " of " +
            std::to_string(plan.ranks.size()) + " ranks are drawn.";
  html += "</p>\n<noscript><p>The chart below needs JavaScript; the one above "
          "does not.</p></noscript>\n"
          "<svg id=\"chart\" xmlns=\"http://www.w3.org/2000/svg\" "
          "tabindex=\"0\"></svg>\n"
          "<script id=\"data\" type=\"application/json\">" +
          data() + "</script>\n<script>" + kReportScript +
          "</script>\n</body>\n</html>\n";
  return html;
}

} // namespace

simulate::Simulation
runtime::measuredStep(const std::vector<std::vector<Span>> &timelines,
                      const Plan &plan, const Model &model) {
  simulate::Simulation measured;
  Step step = lastStep(timelines);
  measured.seconds = step.end;
  for (uint32_t rank = 0; rank < step.ranks.size(); ++rank) {
    const Role &role = plan.roles[plan.ranks[rank].role];
    double busy = 0;
    for (const Span &span : step.ranks[rank]) {
      StyleIndex style = styleOf(role.body[span.instruction]);
      if (style != Wait && style != Sum)
        busy += span.end - span.begin;
    }
    measured.busySeconds.push_back(busy);
    measured.peakArenaBytes =
        std::max(measured.peakArenaBytes, role.arenaBytes);
  }
  measured.peakBytes = simulate::peakBytes(plan, model);
  measured.modelFlops = simulate::modelFlops(plan, model);
  return measured;
}

Result<void> runtime::writeReport(const std::string &path,
                                  const std::string &title,
                                  const std::vector<ReportProcess> &processes,
                                  const Plan &plan, const Model &model,
                                  size_t maxRanks) {
  return writeFile(
      path, ReportWriter(title, processes, plan, model, maxRanks).page());
}
