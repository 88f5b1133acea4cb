//===- ScheduleCsv.h - Schedules of torch.distributed.pipelining *- C++ -*-===//
//
// One row per pipeline rank, one column per time step, no header, an empty cell
// where a rank is idle. Of a cell:
//
//   task    ::= stage kind microbatch          0F3, 2I1, 2W1, 1B0
//   both    ::= `(` task `;` task `)OVERLAP_F_B`
//   message ::= stage (`SEND_F` | `RECV_F` | `SEND_B` | `RECV_B`) microbatch
//   shard   ::= stage (`UNSHARD` | `RESHARD` | `REDUCE_GRAD`)
//
// docs/plan.md says what becomes of them.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_PLAN_SCHEDULECSV_H
#define HOCKET_PLAN_SCHEDULECSV_H

#include "hocket/Plan/Timeline.h"

#include <string>
#include <string_view>

namespace hocket::plan {

/// What a schedule is expected to be for; 0: whatever it says.
struct CsvExpectation {
  uint32_t ranks = 0;
  uint32_t stages = 0;
  uint32_t microbatches = 0;
};

/// Reads the orders and the placement that `text` tells of: a stage is where
/// its tasks are. Tasks that overlap run in the order in which they are
/// written. Messages must be those that a plan sends, each in its place between
/// its tasks, or all be left out; shards must come around the tasks of their
/// stage. Both then have no effect: a plan has its own.
/// Errors: InvalidArgument, naming `fileName`, line and column: cells that are
/// none of the above; a task twice, missing, or of a stage of another rank;
/// messages and shards out of place; not as many ranks, stages or microbatches
/// as `expected`; and orders that cannot run.
Result<TaskOrders> parseScheduleCsv(std::string_view text,
                                    const std::string &fileName,
                                    const CsvExpectation &expected = {});

/// The strategy with these orders: schedule "given", its placement, and as many
/// microbatches as there are.
Strategy givenStrategy(const TaskOrders &orders);

/// The tasks at the times at which they run if each takes one step. All rows
/// have equally many cells; what parseScheduleCsv() makes of the result is
/// `orders` again. Errors: InvalidArgument, for orders that cannot run, and
/// those with routes, which the format cannot tell.
Result<std::string> writeScheduleCsv(const TaskOrders &orders);

/// The same for the schedule of `strategy`, which has passed checkStrategy().
/// A model without backward kernels has its forwards only. Where given orders
/// have one part of a backward because the stage has no other, it is written as
/// the whole one, B. Errors: as above, and those of expand() about schedules.
Result<std::string> writeScheduleCsv(const Model &model,
                                     const Strategy &strategy,
                                     const ScheduleRegistry &schedules);

} // namespace hocket::plan

#endif // HOCKET_PLAN_SCHEDULECSV_H
