//===- ShareScans.h - Scans over the tokens of several ranks ----*- C++ -*-===//

#ifndef HOCKET_PASSES_EXPAND_SHARESCANS_H
#define HOCKET_PASSES_EXPAND_SHARESCANS_H

#include "hocket/Dialects/Scan.h"
#include "hocket/Dialects/SequenceEnds.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace hocket {

/// Rewrites the scans and shifts of a stage for `degree` ranks of which each
/// has a run of every sequence: a scan of a rank's own tokens gives a row of
/// numbers for each sequence, what its run combines to; the rows of the ranks
/// before (hocket.rows_before) are combined in their order, and that is
/// combined into the first token of the run, from which a second scan starts.
/// A shift needs the last tokens of the runs before. All of it is made of ops
/// that can be differentiated, so the gradient of a shared scan needs no rule
/// of its own.
class ScanSharer {
public:
  ScanSharer(mlir::func::FuncOp stage, int64_t degree);

  /// Emits an error at an op that ranks cannot share.
  llvm::LogicalResult run();

private:
  using Values = llvm::SmallVector<mlir::Value>;
  /// A scan of what ranks have combined, with a token for each rank that comes
  /// before and one for the rank's own first token, in each sequence.
  struct RowScan {
    mlir::Value offsets; // of the scan that is shared
    bool reverse = false;
    Values rows;         // of the ranks before
    mlir::Value scanned; // [S, P, ...]
  };

  llvm::LogicalResult check(mlir::Operation *op, mlir::ValueRange inputs,
                            mlir::Value offsets);
  void share(ScanOp op);
  void share(ShiftOp op);

  /// S, from the offsets.
  mlir::OpFoldResult sequences(mlir::Value offsets);
  /// 1 for each sequence that this rank has tokens of, else 0: [S, 1].
  mlir::Value presence(mlir::Value offsets);
  mlir::Value takeEnd(mlir::Value tokens, mlir::Value offsets, bool last);
  /// Tensors [S, ...] and their presence as one of [S, W].
  mlir::Value pack(mlir::ValueRange slices, mlir::Value presence);
  Values rowsBefore(mlir::Value row, bool reverse);
  /// Columns of rows [N, W], as [N, ...] where `slice` is [...].
  mlir::Value columns(mlir::Value rows, int64_t first,
                      mlir::RankedTensorType slice);
  /// The last column of rows [N, W], which tells whether they have tokens: [N].
  mlir::Value flagsOf(mlir::Value rows);
  /// Rows [S, W] of P ranks as [S * P, W], those of a sequence together.
  mlir::Value stack(mlir::ValueRange rows);
  /// The offsets of a scan over stacked rows, given the rows before the own
  /// ones. Those in front that have no tokens are sequences of their own: two
  /// identities cannot always be combined (a logarithm of a sum of exponentials
  /// makes a NaN of two -inf).
  mlir::Value rowOffsets(mlir::ValueRange rows, mlir::Value offsets);
  /// `value` [N, ...] where the row has tokens, else the identity.
  mlir::Value orIdentity(mlir::Value value, mlir::Value rows,
                         mlir::Attribute identity);
  /// Token `position` of each sequence in [S, P, ...].
  mlir::Value tokenOf(mlir::Value scanned, int64_t position);
  /// The last of `slices` whose row has tokens; zeros where none has.
  mlir::Value lastPresent(mlir::ValueRange rows, mlir::ValueRange slices);

  mlir::RankedTensorType typeOf(mlir::OpFoldResult first,
                                llvm::ArrayRef<int64_t> others);

  mlir::func::FuncOp stage;
  int64_t degree;
  mlir::OpBuilder builder;
  mlir::Location loc;
  llvm::DenseMap<mlir::Value, RowScan> rowScanOf; // by result
};

} // namespace hocket

#endif // HOCKET_PASSES_EXPAND_SHARESCANS_H
