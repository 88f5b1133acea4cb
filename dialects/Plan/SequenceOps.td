//===- SequenceOps.td - Sequences that ranks share ---------*- tablegen -*-===//

#ifndef HOCKET_DIALECTS_PLAN_SEQUENCEOPS_TD
#define HOCKET_DIALECTS_PLAN_SEQUENCEOPS_TD

include "dialects/Plan/ModelOps.td"

def Plan_LengthsOp : Plan_ProgramMember<"lengths"> {
  let summary = "the lengths of the step's sequences";
  let description = [{
    In tokens and in batch order, where ranks share sequences. Elsewhere
    `plan.sequences` tells them.

    Example:

    ```mlir
    plan.lengths [6, 3]
    ```
  }];
  let arguments = (ins DenseI64ArrayAttr:$lengths);
  let assemblyFormat = "$lengths attr-dict";
  let hasVerifier = 1;
}

def Plan_SequenceGroupOp : Plan_ProgramMember<"sequence_group"> {
  let summary = "ranks that share sequences in a microbatch";
  let description = [{
    The coordinates on the data axis that hold the tokens of these sequences
    (numbers in `plan.lengths`), and the method of their attention. Groups of
    another microbatch may be others.

    Example:

    ```mlir
    plan.sequence_group microbatch(0) method("ring") coordinates([0, 1])
        sequences([0, 1])
    ```
  }];
  let arguments = (ins Plan_Number:$microbatch, StrAttr:$method,
                       DenseI32ArrayAttr:$coordinates,
                       DenseI32ArrayAttr:$sequences);
  let assemblyFormat = [{
    `microbatch` `(` $microbatch `)` `method` `(` $method `)`
    `coordinates` `(` $coordinates `)` `sequences` `(` $sequences `)` attr-dict
  }];
}

def Plan_ChunksOp : Plan_NumberedMember<"chunks"> {
  let summary = "the tokens of a coordinate";
  let description = [{
    For each microbatch the chunks of tokens that the coordinate of this number
    has, in the order in which it has them: so many tokens of a sequence, from a
    position on, every one or every so many-th. `T` of the microbatch is their
    sum, `S` the number of chunks plus one.

    Example: in microbatch 0 two tokens of sequence 0, at positions 1 and 3, and
    one of sequence 1, at position 0; in microbatch 1 none.

    ```mlir
    plan.chunks 0 [[2 of 0 at 1 by 2, 1 of 1 at 0], []]
    ```
  }];
  let arguments = (ins Plan_Number:$number,
                       DenseI64ArrayAttr:$chunks, // four numbers each
                       DenseI32ArrayAttr:$counts);
  let assemblyFormat = "$number custom<Chunks>($chunks, $counts) attr-dict";
  let hasVerifier = 1;
}

def Plan_TableOp : Plan_Op<"table", [
    HasParent<"::hocket::planir::RoleOp">]> {
  let summary = "which queries attend to which keys";
  let description = [{
    What a `plan.attend` of its role computes. Each row has eight numbers: the
    first token and the number of tokens of some queries, the same of some keys,
    the position in its sequence of the first of the queries and the stride from
    one to the next, and the same of the keys. These queries attend to these
    keys, and if the attention is causal, to those that are at no later position.
    Query head h reads key head (h + `shift`) / `group`. `initialise` is not 0
    where what the kernel adds to starts anew: 1 the output or the query's
    gradient, 2 the gradients of key and value.

    Example: the queries of 3 tokens, at positions 3, 4 and 5, attend to
    themselves.

    ```mlir
    plan.table 0 initialise(1) group(2) shift(0) [[0, 3, 0, 3, 3, 1, 3, 1]]
    ```
  }];
  let arguments = (ins Plan_Number:$number, Plan_Number:$initialise,
                       Plan_Positive:$group, Plan_Number:$shift,
                       DenseI32ArrayAttr:$rows);
  let assemblyFormat = [{
    $number `initialise` `(` $initialise `)` `group` `(` $group `)`
    `shift` `(` $shift `)` custom<Rows>($rows) attr-dict
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// The table as the planner has it: the header and all rows.
    ::std::vector<int32_t> getNumbers();
  }];
}

#endif // HOCKET_DIALECTS_PLAN_SEQUENCEOPS_TD
