//===- Segments.h - Stages that are cut at their attentions -----*- C++ -*-===//
//
// A strategy with segments speaks of the stages of a pipeline; each is a row of
// stages of the model, which run one after the other on one rank.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_LIB_PLAN_SEGMENTS_H
#define HOCKET_LIB_PLAN_SEGMENTS_H

#include "Ordering.h"

namespace hocket::plan {

/// Checks that the segments of `strategy` are those of a model with so many
/// stages. Errors: InvalidArgument.
Result<void> checkSegments(const Strategy &strategy, uint32_t stages);

/// The same strategy for a model whose stages are those of the pipeline.
Strategy withoutSegments(const Strategy &strategy);

/// A model of the pipeline's stages that tells which tasks they have, and no
/// more.
Model pipelineModel(const Model &model, const Strategy &strategy);

/// The stages of the model in the pipeline stages `stages`.
std::vector<uint32_t> segmentsOf(const Strategy &strategy,
                                 const std::vector<uint32_t> &stages);

/// The tasks of the segments, from those of the pipeline's stages: forward in
/// order, backward against it.
Result<Ordering> refine(const Ordering &ordering, const Model &model,
                        const Strategy &strategy);

} // namespace hocket::plan

#endif // HOCKET_LIB_PLAN_SEGMENTS_H
