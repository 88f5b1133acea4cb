//===- Passes.td - Passes of the folder Solve --------------*- tablegen -*-===//

#ifndef HOCKET_PASSES_SOLVE_PASSES_TD
#define HOCKET_PASSES_SOLVE_PASSES_TD

include "mlir/Pass/PassBase.td"

def SolveSchedule : Pass<"hocket-solve-schedule", "::mlir::ModuleOp"> {
  let summary = "fill `schedule(auto)`: the order of tasks on the ranks of a pipeline";
  let description = [{
    Takes a module of kernel functions (after `hocket-differentiate`) whose
    strategy has the schedule "auto", solves the order of F, Bi and W (or B) on
    each pipeline rank, and writes it down as a given one: the makespan of a step
    is minimized under the memory of the devices. Other schedules are left as
    they are.

    Times are those that the cost model of the topology predicts for a microbatch
    of average size, from the operations and bytes of each kernel, or those of a
    profile (docs/cost.md). Memory is what a device has beside parameters,
    gradients and states. With two chunks a rank the stages go there and back
    ("v") or there again ("interleaved"), whichever is better.

    Stages that share their sequences, walk them in slices or compute activations
    again are measured: a step that runs all forwards first is planned (after
    `hocket-add-attention-kernels`) and simulated, and tells what tasks take and
    keep. The solved order and the named schedules are then simulated as well,
    and the fastest one that fits is written down; a remark "ScheduleStep" tells
    its name, time and memory. It is an error if the sequence method or the
    activations are still open.

    A remark of the category "solve" tells the value, its proven lower bound and
    the gap, in nanoseconds. It is an error if no order fits in memory.

    Before:
    ```mlir
    func.func private @loss(...) attributes {hocket.strategy = {microbatches = 2 : i64, schedule = "auto", ...}}
    ```
    After:
    ```mlir
    func.func private @loss(...) attributes {hocket.strategy = {microbatches = 2 : i64, orders = ["0F0 0F1 0B0 0B1", "1F0 1B0 1F1 1B1"], placement = array<i64: 0, 1>, schedule = "given", ...}}
    ```
  }];
  let options = [
    Option<"function", "function", "std::string", "\"loss\"", "The loss function of the model.">,
    Option<"topology", "topology", "std::string", "\"\"",
           "File with the machine (docs/topology.md); else the module's hocket.topology.">,
    Option<"lengths", "lengths", "std::string", "\"\"",
           "File with the tokens of each sequence; else two of 64 tokens for every microbatch.">,
    Option<"costs", "costs", "std::string", "\"\"",
           "A profile of hocket-run --profile, in place of the cost model.">,
    Option<"timeLimit", "time-limit", "double", "0",
           "Seconds to spend; 0: counted work in place of seconds.">,
    Option<"workLimit", "work-limit", "int64_t", "100000000",
           "Counted work to spend if there is no time limit; results repeat.">,
    Option<"seed", "seed", "uint64_t", "0", "Of everything that is drawn.">,
  ];
  let dependentDialects = ["::hocket::HocketDialect", "::mlir::func::FuncDialect"];
}

def SolveSequence : Pass<"hocket-solve-sequence", "::mlir::ModuleOp"> {
  let summary = "fill `method(\"auto\")`: how ranks share sequences";
  let description = [{
    Takes a module of kernel functions (after `hocket-add-attention-kernels`)
    whose strategy has the sequence method "auto", plans and simulates a step
    with every method that the degree and the heads allow, and writes down the
    fastest one whose buffers fit the devices, or the fastest one where none
    does. Other methods are left as they are. The choice is exact for the cost
    model of the topology, or for a profile (docs/cost.md), and for the lengths
    that are given.

    A schedule that is open, too, is 1f1b or interleaved meanwhile.

    A remark of the category "solve" for each method tells its time and memory,
    the best one first.

    Before:
    ```mlir
    func.func private @loss(...) attributes {hocket.strategy = {method = "auto", sequence = 4 : i64, ...}}
    ```
    After:
    ```mlir
    func.func private @loss(...) attributes {hocket.strategy = {method = "zigzag", sequence = 4 : i64, ...}}
    ```
  }];
  let options = [
    Option<"function", "function", "std::string", "\"loss\"", "The loss function of the model.">,
    Option<"topology", "topology", "std::string", "\"\"",
           "File with the machine (docs/topology.md); else the module's hocket.topology.">,
    Option<"lengths", "lengths", "std::string", "\"\"",
           "File with the tokens of each sequence; else two of 64 tokens for every microbatch.">,
    Option<"costs", "costs", "std::string", "\"\"",
           "A profile of hocket-run --profile, in place of the cost model.">,
  ];
  let dependentDialects = ["::hocket::HocketDialect", "::mlir::func::FuncDialect"];
}

def SolveActivations : Pass<"hocket-solve-activations", "::mlir::ModuleOp"> {
  let summary = "fill `activations(auto)`: what is kept, offloaded or computed again";
  let description = [{
    Takes a module of kernel functions (after `hocket-add-attention-kernels`)
    whose strategy leaves the activations open, and writes down for each stage
    of the pipeline how many slices it keeps on the device, and how many in the
    memory of the host, so that a step fits into the devices of the topology and
    takes the least time. Activations that are given are left as they are.

    Each rank of the pipeline is a problem of kind `activations`
    (docs/activations.md) with its stages as layers; times are those of the cost
    model of the topology, or of a profile (docs/cost.md), bytes those of a plan
    that keeps everything, on the lengths that are given. What is offloaded
    takes the `host` of the topology; without it nothing is. Workspaces of
    kernels are not known here; `hocket-compile` chooses when it knows them. A
    schedule that is open, too, is 1f1b or interleaved meanwhile.

    A remark of the category "solve" tells the value, its proven lower bound and
    the gap, in nanoseconds, of the slowest rank, and one the time and the
    memory of the step that is planned and simulated with them.

    Before:
    ```mlir
    func.func private @loss(...) attributes {hocket.strategy = {activations = "auto", slices = 4 : i64, ...}}
    ```
    After (two stages):
    ```mlir
    func.func private @loss(...) attributes {hocket.strategy = {activations = array<i64: 1, 2, 4, 0>, slices = 4 : i64, ...}}
    ```
  }];
  let options = [
    Option<"function", "function", "std::string", "\"loss\"", "The loss function of the model.">,
    Option<"topology", "topology", "std::string", "\"\"",
           "File with the machine (docs/topology.md); else the module's hocket.topology.">,
    Option<"lengths", "lengths", "std::string", "\"\"",
           "File with the tokens of each sequence; else two of 64 tokens for every microbatch.">,
    Option<"costs", "costs", "std::string", "\"\"",
           "A profile of hocket-run --profile, in place of the cost model.">,
    Option<"timeLimit", "time-limit", "double", "0",
           "Seconds to spend; 0: counted work in place of seconds.">,
    Option<"workLimit", "work-limit", "int64_t", "1000000000",
           "Counted work to spend if there is no time limit; results repeat.">,
    Option<"seed", "seed", "uint64_t", "0", "Of everything that is drawn.">,
  ];
  let dependentDialects = ["::hocket::HocketDialect", "::mlir::func::FuncDialect"];
}

def SolvePaths : Pass<"hocket-solve-paths", "::mlir::ModuleOp"> {
  let summary = "fill `paths(auto)`: the paths of a skip-pipeline and the orders of its nodes";
  let description = [{
    Takes a module with its strategies (before `hocket-outline`) and gives a
    `hocket.skip_pipeline` whose paths are auto its paths, and each node the
    order of its tasks. The makespan of a step is minimized under the limits and
    the memory of the nodes. Paths that are given are left as they are. The
    module can be erased afterwards: paths are part of its meaning.

    Microbatch i has the node i of stage 0 as its head, counted round and round.
    Times are those of `hocket-solve-schedule`, of kernels that are made of a copy
    of the module (with a backward if there is an optimizer, `@update`); the loss
    on a head is the exit's forward and backward. Without `in_flight` a node has as many microbatches in flight as fit in its memory
    beside parameters, gradients and states.

    A remark of the category "solve" tells the value, its proven lower bound and
    the gap, in nanoseconds. It is an error if no paths obey the limits; it says
    what would have to change.

    Before:
    ```mlir
    hocket.skip_pipeline microbatches(2) nodes([[0], [1], [2]]) path_length(2) paths(auto) ...
    ```
    After:
    ```mlir
    hocket.skip_pipeline microbatches(2) nodes([[0], [1], [2]]) path_length(2) paths([[0, 1], [0, 2]])
        orders(["0F0 0F1 3F0 3B0 3F1 3B1 0B0 0B1", "1F0 1B0", "2F1 2B1"]) ...
    ```
  }];
  let options = [
    Option<"function", "function", "std::string", "\"loss\"", "The loss function of the model.">,
    Option<"topology", "topology", "std::string", "\"\"",
           "File with the machine (docs/topology.md); else the module's hocket.topology.">,
    Option<"lengths", "lengths", "std::string", "\"\"",
           "File with the tokens of each sequence; else two of 64 tokens for every microbatch.">,
    Option<"costs", "costs", "std::string", "\"\"",
           "A profile of hocket-run --profile, in place of the cost model.">,
    Option<"timeLimit", "time-limit", "double", "0",
           "Seconds to spend; 0: counted work in place of seconds.">,
    Option<"workLimit", "work-limit", "int64_t", "100000000",
           "Counted work to spend if there is no time limit; results repeat.">,
    Option<"seed", "seed", "uint64_t", "0", "Of everything that is drawn.">,
  ];
  let dependentDialects = ["::hocket::HocketDialect", "::mlir::func::FuncDialect"];
}

#endif // HOCKET_PASSES_SOLVE_PASSES_TD
