"""check-report.py REPORT.html RANKS MICROBATCHES PROCESS...: whether the page is whole and says what it should."""

import html.parser
import json
import re
import sys
import xml.dom.minidom

path, ranks, microbatches, names = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
page = open(path, encoding="utf-8").read()


class Parser(html.parser.HTMLParser):
    VOID = {"meta"}

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attributes):
        assert not {name for name, _ in attributes} & {"src", "href"}, f"<{tag}> refers to something outside"
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}> closes another element"


parser = Parser()
parser.feed(page)
assert not parser.open, f"not closed: {parser.open}"
links = set(re.findall(r"https?://[^\"'\s]+", page))
assert links <= {"http://www.w3.org/2000/svg"}, f"refers to {links}"

overview = xml.dom.minidom.parseString(re.search(r'<svg id="overview".*?</svg>', page, re.S)[0])
assert len(overview.getElementsByTagName("rect")) > ranks * microbatches * len(names)

data = json.loads(re.search(r'<script id="data" type="application/json">(.*?)</script>', page, re.S)[1])
assert [process["name"] for process in data["processes"]] == names
for process in data["processes"]:
    assert len(process["lanes"]) == ranks
    assert 0 < process["end"] <= data["end"]
    for lane in process["lanes"]:
        seen = {}
        last = 0
        for begin, length, style, label, name, detail in lane["spans"]:
            assert begin >= last - 2e-9 and length >= 0, "spans of a rank follow each other"
            last = begin + length
            assert 0 <= style < len(data["styles"])
            assert detail < len(data["texts"])
            if label >= 0:
                seen.setdefault(data["texts"][name].split()[0], []).append(label)
        assert last <= process["end"] + 2e-9
        # Every rank runs every microbatch, forwards and backwards.
        assert sorted(seen["F"]) == list(range(microbatches)), lane["title"]
        assert sorted(seen["B"]) == list(range(microbatches)), lane["title"]
