//===- Segments.h - Stages that are cut at their attentions -----*- C++ -*-===//
//
// A strategy with segments speaks of the stages of a pipeline; each is a row of
// stages of the model, which run one after the other on one rank. The tasks of
// a stage of the pipeline are refined to those of its segments and of the
// slices of a microbatch.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_LIB_PLAN_EXPAND_SEGMENTS_H
#define HOCKET_LIB_PLAN_EXPAND_SEGMENTS_H

#include "Schedules/Ordering.h"

namespace hocket::plan {

/// The first segment of every pipeline stage, and the end of the last one, of a
/// model with so many stages.
std::vector<uint32_t> firstSegments(const Strategy &strategy, uint32_t stages);

/// Checks that the segments of `strategy` are those of a model with so many
/// stages. Errors: InvalidArgument.
Result<void> checkSegments(const Strategy &strategy, uint32_t stages);

/// Checks the slices of `strategy`, whose segments are those of `model`, and
/// what they keep. Errors: InvalidArgument, naming the stage.
Result<void> checkSlices(const Strategy &strategy, const Model &model);

/// The same strategy for a model whose stages are those of the pipeline and
/// whose microbatches have one slice.
Strategy withoutSegments(const Strategy &strategy);

/// A model of the pipeline's stages that tells which tasks they have, and no
/// more.
Model pipelineModel(const Model &model, const Strategy &strategy);

/// The stages of the model in the pipeline stages `stages`.
std::vector<uint32_t> segmentsOf(const Strategy &strategy,
                                 const std::vector<uint32_t> &stages);

/// The tasks of the segments, from those of the pipeline's stages: forward in
/// order, backward against it. Slices are walked one after the other through
/// all segments of a stage where later tokens do not matter to earlier ones,
/// and through one segment after the other where they do. Forwards that are run
/// a second time are tasks R.
Result<Ordering> refine(const Ordering &ordering, const Model &model,
                        const Strategy &strategy);

} // namespace hocket::plan

#endif // HOCKET_LIB_PLAN_EXPAND_SEGMENTS_H
