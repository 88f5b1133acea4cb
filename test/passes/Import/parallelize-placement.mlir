// Stages anywhere: by the name of a placement, or as a schedule of PyTorch's says.
// RUN: hocket-opt %s --hocket-parallelize="pipeline=2 microbatches=2 placement=v" | FileCheck %s --check-prefix=V
// RUN: hocket-opt %s --hocket-parallelize="pipeline=2 chunks=2 placement=linear" | FileCheck %s --check-prefix=LINEAR
// RUN: hocket-opt %s --hocket-parallelize="pipeline=2 chunks=2 placement=interleaved" | FileCheck %s --check-prefix=INTERLEAVED
// RUN: %python %utils/v_schedule.py 2 3 > %t.csv
// RUN: hocket-opt %s --hocket-parallelize="orders=%t.csv" | FileCheck %s --check-prefix=ORDERS
// RUN: hocket-opt %s --hocket-parallelize="orders=%t.csv pipeline=2 microbatches=3 schedule=given" | FileCheck %s --check-prefix=ORDERS

// RUN: not hocket-opt %s --hocket-parallelize="pipeline=2 placement=w" 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not hocket-opt %s --hocket-parallelize="pipeline=2 placement=v schedule=1f1b" 2>&1 | FileCheck %s --check-prefix=NAMED
// RUN: not hocket-opt %s --hocket-parallelize="orders=%t.csv chunks=2" 2>&1 | FileCheck %s --check-prefix=BOTH
// RUN: not hocket-opt %s --hocket-parallelize="orders=%t.csv pipeline=3" 2>&1 | FileCheck %s --check-prefix=RANKS
// RUN: not hocket-opt %s --hocket-parallelize="orders=%t.none" 2>&1 | FileCheck %s --check-prefix=MISSING
// RUN: echo "0F0,0X0" > %t.bad
// RUN: not hocket-opt %s --hocket-parallelize="orders=%t.bad" 2>&1 | FileCheck %s --check-prefix=CELL

// V: hocket.pipeline microbatches(2) placement([0, 1, 1, 0]) tokens
// V-COUNT-4: hocket.stage "stage
// V-NOT: hocket.stage "stage
// LINEAR: hocket.pipeline microbatches(1) placement([0, 0, 1, 1]) tokens
// INTERLEAVED: hocket.pipeline microbatches(1) placement([0, 1, 0, 1]) tokens
// ORDERS: hocket.pipeline microbatches(3) schedule("given") placement([0, 1, 1, 0])
// ORDERS-SAME: orders(["0F0 0F1 0F2 3F0 3I0 3F1 3I1 0I0 3W0 0I1 0W0 3F2 3B2 3W1 0W1 0B2", "1F0 2F0 1F1 2F1 2I0 1I0 2I1 1I1 1F2 2F2 2W0 1W0 2B2 1B2 2W1 1W1"]) tokens
// ORDERS-COUNT-4: hocket.stage "stage
// ORDERS-NOT: hocket.stage "stage

// NONE: error: hocket-parallelize: there is no placement 'w'; write linear, interleaved or v
// NAMED: error: 'hocket.pipeline' op has a placement, but the schedule "1f1b" places the stages itself
// BOTH: error: hocket-parallelize: orders says the schedule and which rank runs which stage: leave out schedule, chunks, placement and skip_stages
// RANKS: error: hocket-parallelize: {{.*}}.csv
// MISSING: error: hocket-parallelize: {{.*}}.none
// CELL: error: hocket-parallelize: {{.*}}.bad:1:5: {{.*}}0X0

func.func private @block(tensor<?xf32>) -> tensor<?xf32>
func.func private @head(tensor<?xf32>) -> (tensor<f32>, tensor<f32>)
func.func @loss(%x: tensor<?xf32> {hocket.role = #hocket.role<batch>}) -> (tensor<f32>, tensor<f32>) {
  %0 = call @block(%x) : (tensor<?xf32>) -> tensor<?xf32>
  %1 = call @block(%0) : (tensor<?xf32>) -> tensor<?xf32>
  %2 = call @block(%1) : (tensor<?xf32>) -> tensor<?xf32>
  %3 = call @block(%2) : (tensor<?xf32>) -> tensor<?xf32>
  %4:2 = call @head(%3) : (tensor<?xf32>) -> (tensor<f32>, tensor<f32>)
  return %4#0, %4#1 : tensor<f32>, tensor<f32>
}
