//===- Passes.td - Passes of the folder Lower --------------*- tablegen -*-===//
//
// From kernel functions on tensors to functions of the LLVM dialect. The order
// in which the passes run is that of this file; docs/lowering.md has the road.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_PASSES_LOWER_PASSES_TD
#define HOCKET_PASSES_LOWER_PASSES_TD

include "mlir/Pass/PassBase.td"

def LowerAttention : Pass<"hocket-lower-attention"> {
  let summary = "lower attention and its gradient to loops over blocks of rows";
  let description = [{
    Replaces `hocket.attention` and `hocket.attention_grad` by loops over the
    sequences (whose offsets are read when the kernel runs), the heads and
    blocks of query rows. A block's scores live in one tile of `block-rows` x T
    elements that all blocks share; no T x T matrix exists. A causal block
    reads no key behind its last row. Each block is two (backward: five) matrix
    products and a softmax by rows. Blocks run in a fixed order, so the sums
    over blocks and over the query heads of a group repeat bit for bit.

    `hocket.attention_part` and its gradient become the same blocks, in loops
    over the rows of their table. Queries that see no key of a row are in no
    block. What is running is updated in place, block by block.

    The ops must be in `f32` with a static head size; those without a table
    must have static numbers of heads, too.

    Before:

    ```mlir
    %o, %lse = hocket.attention %q, %k, %v offsets(%cu_seqlens) scale(0.25)
        causal : tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>,
        tensor<?xi32> -> tensor<?x4x16xf32>, tensor<?x4xf32>
    ```

    After:

    ```mlir
    scf.for %sequence = %c0 to %sequences step %c1 iter_args(%o, %lse) ... {
      %start = tensor.extract %cu_seqlens[%sequence] : tensor<?xi32>
      scf.for %head = %c0 to %c4 step %c1 ... {
        scf.for %row = %start to %end step %c64 ... {
          %scores = linalg.generic ... ins(%q_block, %k_block) outs(%tile)
          ...
    ```
  }];
  let options = [
    Option<"blockRows", "block-rows", "int64_t", "64",
           "Query rows that are computed at a time">
  ];
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
    "::mlir::bufferization::BufferizationDialect",
    "::mlir::linalg::LinalgDialect", "::mlir::math::MathDialect",
    "::mlir::scf::SCFDialect", "::mlir::tensor::TensorDialect"
  ];
}

def LowerScan : Pass<"hocket-lower-scan"> {
  let summary = "lower scans to loops over sequences and their tokens";
  let description = [{
    Replaces `hocket.scan`, `hocket.scan_grad`, `hocket.shift` and
    `hocket.recurrence` by loops. A scan becomes a loop over the sequences (whose offsets are read
    when the kernel runs) and one over the tokens of each, in the order of the
    scan. The combine region becomes the body, its element-wise ops fused; what
    it yields is written to the results and kept in a slice of workspace for the
    next token. Elements of the tuple that nobody reads are not computed.

    Before:

    ```mlir
    %s:2 = hocket.scan inputs(%a, %b : tensor<?x64xf32>, tensor<?x64xf32>)
        offsets(%cu_seqlens : tensor<?xi32>)
        identity([dense<1.0> : tensor<f32>, dense<0.0> : tensor<f32>]) {...}
    ```

    After, where only `%s#1` is read:

    ```mlir
    scf.for %sequence = %c0 to %sequences step %c1 iter_args(%h, %state) ... {
      %begin = tensor.extract %cu_seqlens[%sequence] : tensor<?xi32>
      // the first token: its slice of %b
      scf.for %position = %c1 to %length step %c1 ... {
        %next = linalg.generic ... ins(%a_token, %state, %b_token) ...
        ...
    ```
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::bufferization::BufferizationDialect",
    "::mlir::linalg::LinalgDialect", "::mlir::scf::SCFDialect",
    "::mlir::tensor::TensorDialect"
  ];
}

def SplitScan : Pass<"hocket-split-scan"> {
  let summary = "cut scans into parts of the tokens, as ranks would share them";
  let description = [{
    Replaces every `hocket.scan`, its gradient and every `hocket.shift` by what
    `parts` ranks compute that have equal parts of the tokens each, wherever
    sequences begin and end, with what they would send each other:

    - a scan within each part; an exclusive scan of one summary for each part
      (its last combined tuple, or the identity where the part is empty); and
      that tuple combined into the tokens of the sequence that continues from
      the part before;
    - of a gradient, a sweep of each part alone, with the last result of the part
      before in a halo; what crosses from part to part, where a part that lies
      within one sequence passes on the pullback of its summary; and a sweep with
      that;
    - of a shift, one token in a halo.

    The results are those of the whole scan up to the order of the combinations,
    which the region declares not to matter. `parts=1` changes nothing.

    Before:

    ```mlir
    %s = hocket.scan inputs(%x : tensor<?x64xf32>)
        offsets(%cu_seqlens : tensor<?xi32>) identity([dense<0.0> : tensor<f32>]) {...}
    ```

    After:

    ```mlir
    %local = hocket.scan inputs(%x : tensor<?x64xf32>)
        offsets(%cut : tensor<?xi32>) identity([dense<0.0> : tensor<f32>]) {...}
    %summary = scf.for ... // the last slice of part 0
    %s = scf.for %token = %begin to %end step %c1 iter_args(%y = %local) ... {
      %slice = tensor.extract_slice %y[%token, 0] [1, 64] [1, 1] ...
      %sum = arith.addf %summary, %slice : tensor<64xf32>
      ...
    ```
  }];
  let options = [
    Option<"parts", "parts", "int64_t", "1", "Parts to cut the tokens into">
  ];
  let dependentDialects = [
    "::hocket::HocketDialect", "::mlir::arith::ArithDialect",
    "::mlir::bufferization::BufferizationDialect",
    "::mlir::linalg::LinalgDialect", "::mlir::scf::SCFDialect",
    "::mlir::tensor::TensorDialect"
  ];
}

def DecomposeTensorOps : Pass<"hocket-decompose-tensor-ops"> {
  let summary = "decompose composite ops on tensors";
  let description = [{
    Softmax and other linalg ops that are made of several linalg ops become
    these; concatenation becomes insertions of slices, each of which is computed
    in its place.

    Before:

    ```mlir
    %y = linalg.softmax dimension(1) ins(%x : tensor<?x64xf32>)
        outs(%e : tensor<?x64xf32>) -> tensor<?x64xf32>
    ```

    After:

    ```mlir
    %max = linalg.reduce ... ins(%x) outs(...)
    %exp = linalg.generic ... ins(%x, %max) outs(...)
    %sum = linalg.reduce ... ins(%exp) outs(...)
    %y = linalg.generic ... ins(%exp, %sum) outs(%e)
    ```
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::math::MathDialect", "::mlir::tensor::TensorDialect"
  ];
}

def FoldTransposes : Pass<"hocket-fold-transposes"> {
  let summary = "let matrix products read transposed operands in place";
  let description = [{
    An operand of a contraction that is a permuted or broadcast copy of another
    tensor is read from that tensor instead: the permutation moves into the
    contraction's indexing map. BLAS transposes for nothing; a copy does not.

    Before:

    ```mlir
    %t = linalg.transpose ins(%w : tensor<256x64xf32>)
        outs(%e : tensor<64x256xf32>) permutation = [1, 0]
    %y = linalg.matmul ins(%x, %t : tensor<?x64xf32>, tensor<64x256xf32>)
        outs(%z : tensor<?x256xf32>) -> tensor<?x256xf32>
    ```

    After:

    ```mlir
    %y = linalg.generic {indexing_maps = [
        affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>,
        affine_map<(m, n, k) -> (m, n)>], ...}
        ins(%x, %w : tensor<?x64xf32>, tensor<256x64xf32>)
        outs(%z : tensor<?x256xf32>) {...}
    ```
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect"];
}

def FuseShared : Pass<"hocket-fuse-shared"> {
  let summary = "elementwise ops become part of the first op that reads them";
  let description = [{
    Upstream's fusion takes an elementwise op into its only reader. Where there
    are more, and the first is an elementwise op over the same elements, they
    become one op that yields both values: nothing is computed twice, and what
    the first read of memory is what is already in a register. The four loops
    of AdamW become one.

    Before:

    ```mlir
    %m = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
        ins(%g : tensor<?xf32>) outs(%e : tensor<?xf32>) {...} -> tensor<?xf32>
    %p = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
        ins(%m : tensor<?xf32>) outs(%e : tensor<?xf32>) {...} -> tensor<?xf32>
    return %m, %p : tensor<?xf32>, tensor<?xf32>
    ```

    After:

    ```mlir
    %both:2 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]}
        ins(%g : tensor<?xf32>) outs(%e, %e : tensor<?xf32>, tensor<?xf32>) {...}
        -> (tensor<?xf32>, tensor<?xf32>)
    return %both#0, %both#1 : tensor<?xf32>, tensor<?xf32>
    ```
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect"];
}

def BufferizeKernels : Pass<"hocket-bufferize-kernels", "::mlir::ModuleOp"> {
  let summary = "kernel functions on tensors become functions on buffers";
  let description = [{
    Every function with `hocket.kernel` takes its operands, in the order of its
    native entry point, as memrefs: the arguments, then the results that no
    argument shares its binding with. It returns nothing. A result that shares
    its binding with an argument is computed in the argument's buffer where no
    later read forbids it. One-shot bufferization decides what is computed in
    place; what is not lives in a `memref.alloc`.

    Before:

    ```mlir
    func.func @k(
        %g: tensor<64xf32> {hocket.operand = #hocket.operand<gradient, 0>},
        %d: tensor<64xf32> {hocket.operand = #hocket.operand<input, 0>})
        -> (tensor<64xf32> {hocket.operand = #hocket.operand<gradient, 0>})
        attributes {hocket.kernel = "B"} {
      %sum = linalg.add ins(%g, %d : tensor<64xf32>, tensor<64xf32>)
          outs(%g : tensor<64xf32>) -> tensor<64xf32>
      return %sum : tensor<64xf32>
    }
    ```

    After:

    ```mlir
    func.func @k(%g: memref<64xf32>, %d: memref<64xf32>)
        attributes {hocket.kernel = "B"} {
      linalg.add ins(%g, %d : memref<64xf32>, memref<64xf32>)
          outs(%g : memref<64xf32>)
      return
    }
    ```
  }];
  let dependentDialects = [
    "::hocket::HocketDialect", "::mlir::bufferization::BufferizationDialect",
    "::mlir::func::FuncDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect",
    "::mlir::tensor::TensorDialect", "::mlir::arith::ArithDialect",
    "::mlir::affine::AffineDialect"
  ];
}

def PlanWorkspace : Pass<"hocket-plan-workspace", "::mlir::func::FuncOp"> {
  let summary = "take every allocation of a kernel from one workspace";
  let description = [{
    Appends six arguments to a kernel function: its five symbols and the
    workspace, a buffer of bytes. Allocations become views of the workspace, at
    offsets that are multiples of 64 and that the kernel computes from the
    symbols when it starts. Allocations that are never alive at once share
    their place. The bytes that the kernel needs, a polynomial in the symbols,
    become the attribute `hocket.workspace`, a list of (coefficient, power of
    each symbol).

    Before:

    ```mlir
    func.func @k(%x: memref<?x64xf32> {hocket.shape = affine_map<(d0, d1) -> (d0, 64)>}) attributes {hocket.kernel = "F"} {
      %t = memref.dim %x, %c0 : memref<?x64xf32>
      %a = memref.alloc(%t) : memref<?x64xf32>
    ```

    After:

    ```mlir
    func.func @k(%x: memref<?x64xf32>, %T: index, %S: index, %H: index, %K: index, %N: index, %w: memref<?xi8>)
        attributes {hocket.kernel = "F", hocket.workspace = array<i64: 63, 0, 0, 0, 0, 0, 256, 1, 0, 0, 0, 0>} {
      %a = memref.view %w[%c0][%T] : memref<?xi8> to memref<?x64xf32>
    ```
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect"
  ];
}

def MatmulToBLAS : Pass<"hocket-matmul-to-blas", "::mlir::ModuleOp"> {
  let summary = "matrix products on buffers become calls of hocket_sgemm";
  let description = [{
    A contraction in `f32` (a linalg op that multiplies two operands and adds
    the products to its output) becomes calls of `@hocket_sgemm`. Loops of one
    kind (rows, columns, summed) that are adjacent in memory are one dimension
    of the product; loops of the batch, and those that are not adjacent, are
    loops around the call. The first operand, the second and the output must
    each have unit stride in one of their two dimensions; other contractions
    are left to hocket-vectorize-rows. The product overwrites its output where
    a fill with zero comes just before, and adds to it otherwise.

    Before:

    ```mlir
    linalg.fill ins(%zero : f32) outs(%c : memref<?x64xf32>)
    linalg.matmul ins(%a, %b : memref<?x32xf32>, memref<32x64xf32>)
        outs(%c : memref<?x64xf32>)
    ```

    After:

    ```mlir
    func.call @hocket_sgemm(%c0, %c0, %T, %c64, %c32, %one, %a_pointer, %c32,
        %b_pointer, %c64, %zero, %c_pointer, %c64) : ...
    ```
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::func::FuncDialect",
    "::mlir::LLVM::LLVMDialect", "::mlir::memref::MemRefDialect",
    "::mlir::scf::SCFDialect"
  ];
  let statistics = [
    Statistic<"numCalls", "num-calls", "Number of calls of hocket_sgemm">
  ];
}

def VectorizeRows : Pass<"hocket-vectorize-rows"> {
  let summary = "linalg ops on buffers become loops of vector code";
  let description = [{
    Each linalg op becomes a loop nest whose vector dimension is the one in
    which most operands are contiguous (or do not change): vectors of 16
    elements, a masked vector for what is left. What does not change along the
    vector dimension is computed once, as a scalar. A reduction along the
    vector dimension accumulates in vector registers and is combined at the
    end; a reduction along another one accumulates vectors of the output. A
    `memref.load` in the body whose last index is the vector dimension is a
    vector load; other varying indices are gathers. Both branches of an `scf.if`
    are computed, each under the mask of the lanes that take it. Adjacent loops
    over memory that is contiguous in all operands are one loop.

    Copies between strided buffers are vectorized as well.

    Falls back to scalar loops, with a `missed` remark, where the body holds an
    op that has no vector form (a loop or a call, say) or a reduction along the
    vector dimension is not one of the usual (sum, product, minimum, maximum,
    and, or, exclusive or).

    Before:

    ```mlir
    linalg.add ins(%a, %b : memref<32xf32>, memref<32xf32>)
        outs(%c : memref<32xf32>)
    ```

    After:

    ```mlir
    scf.for %i = %c0 to %c32 step %c16 {
      %x = vector.load %a[%i] : memref<32xf32>, vector<16xf32>
      %y = vector.load %b[%i] : memref<32xf32>, vector<16xf32>
      %z = arith.addf %x, %y : vector<16xf32>
      vector.store %z, %c[%i] : memref<32xf32>, vector<16xf32>
    }
    ```
  }];
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
    "::mlir::LLVM::LLVMDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect",
    "::mlir::vector::VectorDialect"
  ];
  let statistics = [
    Statistic<"numVectorized", "num-vectorized",
              "Number of linalg ops turned into vector code">,
    Statistic<"numScalar", "num-scalar",
              "Number of linalg ops turned into scalar loops">
  ];
}

def ApproximateMath : Pass<"hocket-approximate-math"> {
  let summary = "mathematical functions become polynomials on vectors";
  let description = [{
    Replaces exp, expm1, log, log1p, log2, tanh, erf, erfc, sin, cos, atan,
    cbrt and their like in `f32` by rational or polynomial approximations with
    an error of a few units in the last place, so that no vector is taken apart
    for a call of the mathematical library. Powers of vectors become exp(y log x);
    those of single numbers are left to that library. `f16` and `bf16` compute in `f32`.

    Before:

    ```mlir
    %y = math.exp %x : vector<16xf32>
    ```

    After: about twenty `arith` and `math.fma` ops on `vector<16xf32>`.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::math::MathDialect",
    "::mlir::vector::VectorDialect"
  ];
}

def KernelEntry : Pass<"hocket-kernel-entry", "::mlir::ModuleOp"> {
  let summary = "give every kernel its native entry point";
  let description = [{
    A kernel function becomes private, takes pointers that do not alias (its
    operands, its workspace) and its symbols, and rebuilds its memrefs from
    them, whose extents follow from the symbols. An exported function of the
    kernel's name, `void k(void *const *operands, const int64_t *symbols, void
    *workspace)`, calls it. Calls of `@hocket_sgemm` go through the exported
    function pointer of that name, which the loader sets. Private functions
    that are no kernels are erased.

    Before:

    ```mlir
    func.func @k(%x: memref<?xf32> {hocket.shape = affine_map<(d0, d1) -> (d0)>}, %T: index, %S: index, %H: index, %K: index, %N: index, %w: memref<?xi8>)
        attributes {hocket.kernel = "F", hocket.workspace = array<i64>}
    ```

    After:

    ```mlir
    llvm.mlir.global external @hocket_sgemm() : !llvm.ptr
    func.func @k(%operands: !llvm.ptr, %symbols: !llvm.ptr, %workspace: !llvm.ptr)
    func.func private @k.body(%x: !llvm.ptr {llvm.noalias}, %T: i64, %S: i64, %w: !llvm.ptr {llvm.noalias})
    ```
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::func::FuncDialect",
    "::mlir::LLVM::LLVMDialect", "::mlir::memref::MemRefDialect"
  ];
}

def LowerKernels : Pass<"hocket-lower-kernels", "::mlir::ModuleOp"> {
  let summary = "lower kernel functions on tensors to the LLVM dialect";
  let description = [{
    Runs the passes of this folder in order, with upstream's between and after
    them: what hocket-compile runs before it generates machine code.

    Before: functions on tensors with `hocket.kernel`; after: the same as
    `llvm.func`, with an exported entry point for each (hocket-kernel-entry).
  }];
  let dependentDialects = ["::hocket::HocketDialect"];
}

#endif // HOCKET_PASSES_LOWER_PASSES_TD
