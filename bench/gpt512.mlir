#map = affine_map<(d0, d1) -> (d0, d1)>
#map1 = affine_map<(d0, d1) -> (d0)>
#map2 = affine_map<(d0, d1) -> ()>
#map3 = affine_map<(d0, d1) -> (d0, 0)>
#map4 = affine_map<(d0, d1) -> (d1)>
#map5 = affine_map<(d0, d1) -> (0, d1)>
#map6 = affine_map<(d0) -> ()>
#map7 = affine_map<(d0) -> (d0)>
#map8 = affine_map<() -> ()>
module {
  func.func public @loss(%arg0: tensor<?xi32> {hocket.name = "tokens", hocket.role = #hocket.role<batch>}, %arg1: tensor<?xi32> {hocket.name = "targets", hocket.role = #hocket.role<batch>}, %arg2: tensor<?xi32> {hocket.name = "positions", hocket.role = #hocket.role<batch>}, %arg3: tensor<?xi32> {hocket.name = "cu_seqlens", hocket.role = #hocket.role<offsets>}, %arg4: tensor<256x512xf32> {hocket.init = "normal(0.5)", hocket.name = "wte", hocket.role = #hocket.role<param>}, %arg5: tensor<256x512xf32> {hocket.init = "normal(0.5)", hocket.name = "wpe", hocket.role = #hocket.role<param>}, %arg6: tensor<512xf32> {hocket.init = "ones", hocket.name = "block0.ln1.scale", hocket.role = #hocket.role<param>}, %arg7: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block0.ln1.bias", hocket.role = #hocket.role<param>}, %arg8: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block0.query", hocket.role = #hocket.role<param>}, %arg9: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block0.key", hocket.role = #hocket.role<param>}, %arg10: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block0.value", hocket.role = #hocket.role<param>}, %arg11: tensor<512x512xf32> {hocket.init = "normal(0.015625)", hocket.name = "block0.out", hocket.role = #hocket.role<param>}, %arg12: tensor<512xf32> {hocket.init = "ones", hocket.name = "block0.ln2.scale", hocket.role = #hocket.role<param>}, %arg13: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block0.ln2.bias", hocket.role = #hocket.role<param>}, %arg14: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block0.up", hocket.role = #hocket.role<param>}, %arg15: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block0.up.bias", hocket.role = #hocket.role<param>}, %arg16: tensor<2048x512xf32> {hocket.init = "normal(0.0078125)", hocket.name = "block0.down", hocket.role = #hocket.role<param>}, %arg17: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block0.down.bias", hocket.role = #hocket.role<param>}, %arg18: tensor<512xf32> {hocket.init = "ones", hocket.name = "block1.ln1.scale", hocket.role = #hocket.role<param>}, %arg19: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block1.ln1.bias", hocket.role = #hocket.role<param>}, %arg20: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block1.query", hocket.role = #hocket.role<param>}, %arg21: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block1.key", hocket.role = #hocket.role<param>}, %arg22: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block1.value", hocket.role = #hocket.role<param>}, %arg23: tensor<512x512xf32> {hocket.init = "normal(0.015625)", hocket.name = "block1.out", hocket.role = #hocket.role<param>}, %arg24: tensor<512xf32> {hocket.init = "ones", hocket.name = "block1.ln2.scale", hocket.role = #hocket.role<param>}, %arg25: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block1.ln2.bias", hocket.role = #hocket.role<param>}, %arg26: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block1.up", hocket.role = #hocket.role<param>}, %arg27: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block1.up.bias", hocket.role = #hocket.role<param>}, %arg28: tensor<2048x512xf32> {hocket.init = "normal(0.0078125)", hocket.name = "block1.down", hocket.role = #hocket.role<param>}, %arg29: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block1.down.bias", hocket.role = #hocket.role<param>}, %arg30: tensor<512xf32> {hocket.init = "ones", hocket.name = "block2.ln1.scale", hocket.role = #hocket.role<param>}, %arg31: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block2.ln1.bias", hocket.role = #hocket.role<param>}, %arg32: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block2.query", hocket.role = #hocket.role<param>}, %arg33: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block2.key", hocket.role = #hocket.role<param>}, %arg34: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block2.value", hocket.role = #hocket.role<param>}, %arg35: tensor<512x512xf32> {hocket.init = "normal(0.015625)", hocket.name = "block2.out", hocket.role = #hocket.role<param>}, %arg36: tensor<512xf32> {hocket.init = "ones", hocket.name = "block2.ln2.scale", hocket.role = #hocket.role<param>}, %arg37: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block2.ln2.bias", hocket.role = #hocket.role<param>}, %arg38: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block2.up", hocket.role = #hocket.role<param>}, %arg39: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block2.up.bias", hocket.role = #hocket.role<param>}, %arg40: tensor<2048x512xf32> {hocket.init = "normal(0.0078125)", hocket.name = "block2.down", hocket.role = #hocket.role<param>}, %arg41: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block2.down.bias", hocket.role = #hocket.role<param>}, %arg42: tensor<512xf32> {hocket.init = "ones", hocket.name = "block3.ln1.scale", hocket.role = #hocket.role<param>}, %arg43: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block3.ln1.bias", hocket.role = #hocket.role<param>}, %arg44: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block3.query", hocket.role = #hocket.role<param>}, %arg45: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block3.key", hocket.role = #hocket.role<param>}, %arg46: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block3.value", hocket.role = #hocket.role<param>}, %arg47: tensor<512x512xf32> {hocket.init = "normal(0.015625)", hocket.name = "block3.out", hocket.role = #hocket.role<param>}, %arg48: tensor<512xf32> {hocket.init = "ones", hocket.name = "block3.ln2.scale", hocket.role = #hocket.role<param>}, %arg49: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block3.ln2.bias", hocket.role = #hocket.role<param>}, %arg50: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block3.up", hocket.role = #hocket.role<param>}, %arg51: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block3.up.bias", hocket.role = #hocket.role<param>}, %arg52: tensor<2048x512xf32> {hocket.init = "normal(0.0078125)", hocket.name = "block3.down", hocket.role = #hocket.role<param>}, %arg53: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block3.down.bias", hocket.role = #hocket.role<param>}, %arg54: tensor<512xf32> {hocket.init = "ones", hocket.name = "ln.scale", hocket.role = #hocket.role<param>}, %arg55: tensor<512xf32> {hocket.init = "zeros", hocket.name = "ln.bias", hocket.role = #hocket.role<param>}, %arg56: tensor<512x256xf32> {hocket.init = "normal(0.02)", hocket.name = "head", hocket.role = #hocket.role<param>}) -> (tensor<f32>, tensor<f32>) {
    %0 = call @embed(%arg0, %arg2, %arg4, %arg5) : (tensor<?xi32>, tensor<?xi32>, tensor<256x512xf32>, tensor<256x512xf32>) -> tensor<?x512xf32>
    %1 = call @block(%0, %arg3, %arg6, %arg7, %arg8, %arg9, %arg10, %arg11, %arg12, %arg13, %arg14, %arg15, %arg16, %arg17) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %2 = call @block(%1, %arg3, %arg18, %arg19, %arg20, %arg21, %arg22, %arg23, %arg24, %arg25, %arg26, %arg27, %arg28, %arg29) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %3 = call @block(%2, %arg3, %arg30, %arg31, %arg32, %arg33, %arg34, %arg35, %arg36, %arg37, %arg38, %arg39, %arg40, %arg41) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %4 = call @block(%3, %arg3, %arg42, %arg43, %arg44, %arg45, %arg46, %arg47, %arg48, %arg49, %arg50, %arg51, %arg52, %arg53) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %5:2 = call @head(%4, %arg1, %arg54, %arg55, %arg56) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x256xf32>) -> (tensor<f32>, tensor<f32>)
    return %5#0, %5#1 : tensor<f32>, tensor<f32>
  }
  func.func private @embed(%arg0: tensor<?xi32>, %arg1: tensor<?xi32>, %arg2: tensor<256x512xf32>, %arg3: tensor<256x512xf32>) -> tensor<?x512xf32> {
    %c0 = arith.constant 0 : index
    %dim = tensor.dim %arg0, %c0 : tensor<?xi32>
    %0 = call @_take(%arg2, %arg0) : (tensor<256x512xf32>, tensor<?xi32>) -> tensor<?x512xf32>
    %1 = call @_take(%arg3, %arg1) : (tensor<256x512xf32>, tensor<?xi32>) -> tensor<?x512xf32>
    %2 = tensor.empty(%dim) : tensor<?x512xf32>
    %3 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%0, %1 : tensor<?x512xf32>, tensor<?x512xf32>) outs(%2 : tensor<?x512xf32>) {
    ^bb0(%in: f32, %in_0: f32, %out: f32):
      %4 = arith.addf %in, %in_0 : f32
      linalg.yield %4 : f32
    } -> tensor<?x512xf32>
    return %3 : tensor<?x512xf32>
  }
  func.func private @_take(%arg0: tensor<256x512xf32>, %arg1: tensor<?xi32>) -> tensor<?x512xf32> {
    %c0 = arith.constant 0 : index
    %dim = tensor.dim %arg1, %c0 : tensor<?xi32>
    %c255 = arith.constant 255 : index
    %c0_0 = arith.constant 0 : index
    %0 = tensor.empty(%dim) : tensor<?x1xi32>
    %1 = linalg.generic {indexing_maps = [#map1, #map], iterator_types = ["parallel", "parallel"]} ins(%arg1 : tensor<?xi32>) outs(%0 : tensor<?x1xi32>) {
    ^bb0(%in: i32, %out: i32):
      linalg.yield %in : i32
    } -> tensor<?x1xi32>
    %2 = tensor.empty(%dim) : tensor<?x512xf32>
    %3 = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel", "parallel"]} outs(%2 : tensor<?x512xf32>) {
    ^bb0(%out: f32):
      %4 = linalg.index 0 : index
      %5 = linalg.index 1 : index
      %extracted = tensor.extract %1[%4, %c0_0] : tensor<?x1xi32>
      %6 = arith.index_cast %extracted : i32 to index
      %7 = arith.maxsi %6, %c0_0 : index
      %8 = arith.minsi %7, %c255 : index
      %extracted_1 = tensor.extract %arg0[%8, %5] : tensor<256x512xf32>
      linalg.yield %extracted_1 : f32
    } -> tensor<?x512xf32>
    return %3 : tensor<?x512xf32>
  }
  func.func private @block(%arg0: tensor<?x512xf32>, %arg1: tensor<?xi32>, %arg2: tensor<512xf32>, %arg3: tensor<512xf32>, %arg4: tensor<512x512xf32>, %arg5: tensor<512x512xf32>, %arg6: tensor<512x512xf32>, %arg7: tensor<512x512xf32>, %arg8: tensor<512xf32>, %arg9: tensor<512xf32>, %arg10: tensor<512x2048xf32>, %arg11: tensor<2048xf32>, %arg12: tensor<2048x512xf32>, %arg13: tensor<512xf32>) -> tensor<?x512xf32> {
    %c0 = arith.constant 0 : index
    %dim = tensor.dim %arg0, %c0 : tensor<?x512xf32>
    %cst = arith.constant dense<1.000000e+00> : tensor<f32>
    %cst_0 = arith.constant dense<0.797884583> : tensor<f32>
    %cst_1 = arith.constant dense<4.471500e-02> : tensor<f32>
    %cst_2 = arith.constant dense<5.000000e-01> : tensor<f32>
    %cst_3 = arith.constant dense<9.99999974E-6> : tensor<f32>
    %cst_4 = arith.constant dense<5.120000e+02> : tensor<f32>
    %cst_5 = arith.constant 0.000000e+00 : f32
    %0 = tensor.empty(%dim) : tensor<?xf32>
    %1 = linalg.fill ins(%cst_5 : f32) outs(%0 : tensor<?xf32>) -> tensor<?xf32>
    %2 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "reduction"]} ins(%arg0 : tensor<?x512xf32>) outs(%1 : tensor<?xf32>) {
    ^bb0(%in: f32, %out: f32):
      %76 = arith.addf %out, %in : f32
      linalg.yield %76 : f32
    } -> tensor<?xf32>
    %3 = tensor.empty(%dim) : tensor<?x1xf32>
    %4 = linalg.generic {indexing_maps = [#map1, #map], iterator_types = ["parallel", "parallel"]} ins(%2 : tensor<?xf32>) outs(%3 : tensor<?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<?x1xf32>
    %5 = linalg.generic {indexing_maps = [#map2, #map], iterator_types = ["parallel", "parallel"]} ins(%cst_4 : tensor<f32>) outs(%3 : tensor<?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<?x1xf32>
    %6 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%4, %5 : tensor<?x1xf32>, tensor<?x1xf32>) outs(%3 : tensor<?x1xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %76 = arith.divf %in, %in_8 : f32
      linalg.yield %76 : f32
    } -> tensor<?x1xf32>
    %7 = tensor.empty(%dim) : tensor<?x512xf32>
    %8 = linalg.generic {indexing_maps = [#map3, #map], iterator_types = ["parallel", "parallel"]} ins(%6 : tensor<?x1xf32>) outs(%7 : tensor<?x512xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<?x512xf32>
    %9 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg0, %8 : tensor<?x512xf32>, tensor<?x512xf32>) outs(%7 : tensor<?x512xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %76 = arith.subf %in, %in_8 : f32
      linalg.yield %76 : f32
    } -> tensor<?x512xf32>
    %10 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%9, %9 : tensor<?x512xf32>, tensor<?x512xf32>) outs(%7 : tensor<?x512xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %76 = arith.mulf %in, %in_8 : f32
      linalg.yield %76 : f32
    } -> tensor<?x512xf32>
    %11 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "reduction"]} ins(%10 : tensor<?x512xf32>) outs(%1 : tensor<?xf32>) {
    ^bb0(%in: f32, %out: f32):
      %76 = arith.addf %out, %in : f32
      linalg.yield %76 : f32
    } -> tensor<?xf32>
    %12 = linalg.generic {indexing_maps = [#map1, #map], iterator_types = ["parallel", "parallel"]} ins(%11 : tensor<?xf32>) outs(%3 : tensor<?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<?x1xf32>
    %13 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%12, %5 : tensor<?x1xf32>, tensor<?x1xf32>) outs(%3 : tensor<?x1xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %76 = arith.divf %in, %in_8 : f32
      linalg.yield %76 : f32
    } -> tensor<?x1xf32>
    %14 = linalg.generic {indexing_maps = [#map2, #map], iterator_types = ["parallel", "parallel"]} ins(%cst_3 : tensor<f32>) outs(%3 : tensor<?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<?x1xf32>
    %15 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%13, %14 : tensor<?x1xf32>, tensor<?x1xf32>) outs(%3 : tensor<?x1xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %76 = arith.addf %in, %in_8 : f32
      linalg.yield %76 : f32
    } -> tensor<?x1xf32>
    %16 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%15 : tensor<?x1xf32>) outs(%3 : tensor<?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %76 = math.rsqrt %in : f32
      linalg.yield %76 : f32
    } -> tensor<?x1xf32>
    %17 = linalg.generic {indexing_maps = [#map3, #map], iterator_types = ["parallel", "parallel"]} ins(%16 : tensor<?x1xf32>) outs(%7 : tensor<?x512xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<?x512xf32>
    %18 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%9, %17 : tensor<?x512xf32>, tensor<?x512xf32>) outs(%7 : tensor<?x512xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %76 = arith.mulf %in, %in_8 : f32
      linalg.yield %76 : f32
    } -> tensor<?x512xf32>
    %19 = tensor.empty() : tensor<1x512xf32>
    %20 = linalg.generic {indexing_maps = [#map4, #map], iterator_types = ["parallel", "parallel"]} ins(%arg2 : tensor<512xf32>) outs(%19 : tensor<1x512xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1x512xf32>
    %21 = linalg.generic {indexing_maps = [#map5, #map], iterator_types = ["parallel", "parallel"]} ins(%20 : tensor<1x512xf32>) outs(%7 : tensor<?x512xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<?x512xf32>
    %22 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%18, %21 : tensor<?x512xf32>, tensor<?x512xf32>) outs(%7 : tensor<?x512xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %76 = arith.mulf %in, %in_8 : f32
      linalg.yield %76 : f32
    } -> tensor<?x512xf32>
    %23 = linalg.generic {indexing_maps = [#map4, #map], iterator_types = ["parallel", "parallel"]} ins(%arg3 : tensor<512xf32>) outs(%19 : tensor<1x512xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1x512xf32>
    %24 = linalg.generic {indexing_maps = [#map5, #map], iterator_types = ["parallel", "parallel"]} ins(%23 : tensor<1x512xf32>) outs(%7 : tensor<?x512xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<?x512xf32>
    %25 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%22, %24 : tensor<?x512xf32>, tensor<?x512xf32>) outs(%7 : tensor<?x512xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %76 = arith.addf %in, %in_8 : f32
      linalg.yield %76 : f32
    } -> tensor<?x512xf32>
    %26 = linalg.fill ins(%cst_5 : f32) outs(%7 : tensor<?x512xf32>) -> tensor<?x512xf32>
    %27 = linalg.matmul ins(%25, %arg4 : tensor<?x512xf32>, tensor<512x512xf32>) outs(%26 : tensor<?x512xf32>) -> tensor<?x512xf32>
    %expanded = tensor.expand_shape %27 [[0], [1, 2]] output_shape [%dim, 8, 64] : tensor<?x512xf32> into tensor<?x8x64xf32>
    %28 = linalg.matmul ins(%25, %arg5 : tensor<?x512xf32>, tensor<512x512xf32>) outs(%26 : tensor<?x512xf32>) -> tensor<?x512xf32>
    %expanded_6 = tensor.expand_shape %28 [[0], [1, 2]] output_shape [%dim, 8, 64] : tensor<?x512xf32> into tensor<?x8x64xf32>
    %29 = linalg.matmul ins(%25, %arg6 : tensor<?x512xf32>, tensor<512x512xf32>) outs(%26 : tensor<?x512xf32>) -> tensor<?x512xf32>
    %expanded_7 = tensor.expand_shape %29 [[0], [1, 2]] output_shape [%dim, 8, 64] : tensor<?x512xf32> into tensor<?x8x64xf32>
    %output, %lse = hocket.attention %expanded, %expanded_6, %expanded_7 offsets(%arg1) scale(1.250000e-01) causal : tensor<?x8x64xf32>, tensor<?x8x64xf32>, tensor<?x8x64xf32>, tensor<?xi32> -> tensor<?x8x64xf32>, tensor<?x8xf32>
    %collapsed = tensor.collapse_shape %output [[0], [1, 2]] : tensor<?x8x64xf32> into tensor<?x512xf32>
    %30 = linalg.matmul ins(%collapsed, %arg7 : tensor<?x512xf32>, tensor<512x512xf32>) outs(%26 : tensor<?x512xf32>) -> tensor<?x512xf32>
    %31 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg0, %30 : tensor<?x512xf32>, tensor<?x512xf32>) outs(%7 : tensor<?x512xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %76 = arith.addf %in, %in_8 : f32
      linalg.yield %76 : f32
    } -> tensor<?x512xf32>
    %32 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "reduction"]} ins(%31 : tensor<?x512xf32>) outs(%1 : tensor<?xf32>) {
    ^bb0(%in: f32, %out: f32):
      %76 = arith.addf %out, %in : f32
      linalg.yield %76 : f32
    } -> tensor<?xf32>
    %33 = linalg.generic {indexing_maps = [#map1, #map], iterator_types = ["parallel", "parallel"]} ins(%32 : tensor<?xf32>) outs(%3 : tensor<?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<?x1xf32>
    %34 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%33, %5 : tensor<?x1xf32>, tensor<?x1xf32>) outs(%3 : tensor<?x1xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %76 = arith.divf %in, %in_8 : f32
      linalg.yield %76 : f32
    } -> tensor<?x1xf32>
    %35 = linalg.generic {indexing_maps = [#map3, #map], iterator_types = ["parallel", "parallel"]} ins(%34 : tensor<?x1xf32>) outs(%7 : tensor<?x512xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<?x512xf32>
    %36 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%31, %35 : tensor<?x512xf32>, tensor<?x512xf32>) outs(%7 : tensor<?x512xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %76 = arith.subf %in, %in_8 : f32
      linalg.yield %76 : f32
    } -> tensor<?x512xf32>
    %37 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%36, %36 : tensor<?x512xf32>, tensor<?x512xf32>) outs(%7 : tensor<?x512xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %76 = arith.mulf %in, %in_8 : f32
      linalg.yield %76 : f32
    } -> tensor<?x512xf32>
    %38 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "reduction"]} ins(%37 : tensor<?x512xf32>) outs(%1 : tensor<?xf32>) {
    ^bb0(%in: f32, %out: f32):
      %76 = arith.addf %out, %in : f32
      linalg.yield %76 : f32
    } -> tensor<?xf32>
    %39 = linalg.generic {indexing_maps = [#map1, #map], iterator_types = ["parallel", "parallel"]} ins(%38 : tensor<?xf32>) outs(%3 : tensor<?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<?x1xf32>
    %40 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%39, %5 : tensor<?x1xf32>, tensor<?x1xf32>) outs(%3 : tensor<?x1xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %76 = arith.divf %in, %in_8 : f32
      linalg.yield %76 : f32
    } -> tensor<?x1xf32>
    %41 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%40, %14 : tensor<?x1xf32>, tensor<?x1xf32>) outs(%3 : tensor<?x1xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %76 = arith.addf %in, %in_8 : f32
      linalg.yield %76 : f32
    } -> tensor<?x1xf32>
    %42 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%41 : tensor<?x1xf32>) outs(%3 : tensor<?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %76 = math.rsqrt %in : f32
      linalg.yield %76 : f32
    } -> tensor<?x1xf32>
    %43 = linalg.generic {indexing_maps = [#map3, #map], iterator_types = ["parallel", "parallel"]} ins(%42 : tensor<?x1xf32>) outs(%7 : tensor<?x512xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<?x512xf32>
    %44 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%36, %43 : tensor<?x512xf32>, tensor<?x512xf32>) outs(%7 : tensor<?x512xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %76 = arith.mulf %in, %in_8 : f32
      linalg.yield %76 : f32
    } -> tensor<?x512xf32>
    %45 = linalg.generic {indexing_maps = [#map4, #map], iterator_types = ["parallel", "parallel"]} ins(%arg8 : tensor<512xf32>) outs(%19 : tensor<1x512xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1x512xf32>
    %46 = linalg.generic {indexing_maps = [#map5, #map], iterator_types = ["parallel", "parallel"]} ins(%45 : tensor<1x512xf32>) outs(%7 : tensor<?x512xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<?x512xf32>
    %47 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%44, %46 : tensor<?x512xf32>, tensor<?x512xf32>) outs(%7 : tensor<?x512xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %76 = arith.mulf %in, %in_8 : f32
      linalg.yield %76 : f32
    } -> tensor<?x512xf32>
    %48 = linalg.generic {indexing_maps = [#map4, #map], iterator_types = ["parallel", "parallel"]} ins(%arg9 : tensor<512xf32>) outs(%19 : tensor<1x512xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1x512xf32>
    %49 = linalg.generic {indexing_maps = [#map5, #map], iterator_types = ["parallel", "parallel"]} ins(%48 : tensor<1x512xf32>) outs(%7 : tensor<?x512xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<?x512xf32>
    %50 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%47, %49 : tensor<?x512xf32>, tensor<?x512xf32>) outs(%7 : tensor<?x512xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %76 = arith.addf %in, %in_8 : f32
      linalg.yield %76 : f32
    } -> tensor<?x512xf32>
    %51 = tensor.empty(%dim) : tensor<?x2048xf32>
    %52 = linalg.fill ins(%cst_5 : f32) outs(%51 : tensor<?x2048xf32>) -> tensor<?x2048xf32>
    %53 = linalg.matmul ins(%50, %arg10 : tensor<?x512xf32>, tensor<512x2048xf32>) outs(%52 : tensor<?x2048xf32>) -> tensor<?x2048xf32>
    %54 = tensor.empty() : tensor<1x2048xf32>
    %55 = linalg.generic {indexing_maps = [#map4, #map], iterator_types = ["parallel", "parallel"]} ins(%arg11 : tensor<2048xf32>) outs(%54 : tensor<1x2048xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1x2048xf32>
    %56 = linalg.generic {indexing_maps = [#map5, #map], iterator_types = ["parallel", "parallel"]} ins(%55 : tensor<1x2048xf32>) outs(%51 : tensor<?x2048xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<?x2048xf32>
    %57 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%53, %56 : tensor<?x2048xf32>, tensor<?x2048xf32>) outs(%51 : tensor<?x2048xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %76 = arith.addf %in, %in_8 : f32
      linalg.yield %76 : f32
    } -> tensor<?x2048xf32>
    %58 = linalg.generic {indexing_maps = [#map2, #map], iterator_types = ["parallel", "parallel"]} ins(%cst_2 : tensor<f32>) outs(%51 : tensor<?x2048xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<?x2048xf32>
    %59 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%58, %57 : tensor<?x2048xf32>, tensor<?x2048xf32>) outs(%51 : tensor<?x2048xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %76 = arith.mulf %in, %in_8 : f32
      linalg.yield %76 : f32
    } -> tensor<?x2048xf32>
    %60 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%57, %57 : tensor<?x2048xf32>, tensor<?x2048xf32>) outs(%51 : tensor<?x2048xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %76 = arith.mulf %in, %in_8 : f32
      linalg.yield %76 : f32
    } -> tensor<?x2048xf32>
    %61 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%60, %57 : tensor<?x2048xf32>, tensor<?x2048xf32>) outs(%51 : tensor<?x2048xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %76 = arith.mulf %in, %in_8 : f32
      linalg.yield %76 : f32
    } -> tensor<?x2048xf32>
    %62 = linalg.generic {indexing_maps = [#map2, #map], iterator_types = ["parallel", "parallel"]} ins(%cst_1 : tensor<f32>) outs(%51 : tensor<?x2048xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<?x2048xf32>
    %63 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%62, %61 : tensor<?x2048xf32>, tensor<?x2048xf32>) outs(%51 : tensor<?x2048xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %76 = arith.mulf %in, %in_8 : f32
      linalg.yield %76 : f32
    } -> tensor<?x2048xf32>
    %64 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%57, %63 : tensor<?x2048xf32>, tensor<?x2048xf32>) outs(%51 : tensor<?x2048xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %76 = arith.addf %in, %in_8 : f32
      linalg.yield %76 : f32
    } -> tensor<?x2048xf32>
    %65 = linalg.generic {indexing_maps = [#map2, #map], iterator_types = ["parallel", "parallel"]} ins(%cst_0 : tensor<f32>) outs(%51 : tensor<?x2048xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<?x2048xf32>
    %66 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%65, %64 : tensor<?x2048xf32>, tensor<?x2048xf32>) outs(%51 : tensor<?x2048xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %76 = arith.mulf %in, %in_8 : f32
      linalg.yield %76 : f32
    } -> tensor<?x2048xf32>
    %67 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%66 : tensor<?x2048xf32>) outs(%51 : tensor<?x2048xf32>) {
    ^bb0(%in: f32, %out: f32):
      %76 = math.tanh %in : f32
      linalg.yield %76 : f32
    } -> tensor<?x2048xf32>
    %68 = linalg.generic {indexing_maps = [#map2, #map], iterator_types = ["parallel", "parallel"]} ins(%cst : tensor<f32>) outs(%51 : tensor<?x2048xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<?x2048xf32>
    %69 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%68, %67 : tensor<?x2048xf32>, tensor<?x2048xf32>) outs(%51 : tensor<?x2048xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %76 = arith.addf %in, %in_8 : f32
      linalg.yield %76 : f32
    } -> tensor<?x2048xf32>
    %70 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%59, %69 : tensor<?x2048xf32>, tensor<?x2048xf32>) outs(%51 : tensor<?x2048xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %76 = arith.mulf %in, %in_8 : f32
      linalg.yield %76 : f32
    } -> tensor<?x2048xf32>
    %71 = linalg.matmul ins(%70, %arg12 : tensor<?x2048xf32>, tensor<2048x512xf32>) outs(%26 : tensor<?x512xf32>) -> tensor<?x512xf32>
    %72 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%31, %71 : tensor<?x512xf32>, tensor<?x512xf32>) outs(%7 : tensor<?x512xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %76 = arith.addf %in, %in_8 : f32
      linalg.yield %76 : f32
    } -> tensor<?x512xf32>
    %73 = linalg.generic {indexing_maps = [#map4, #map], iterator_types = ["parallel", "parallel"]} ins(%arg13 : tensor<512xf32>) outs(%19 : tensor<1x512xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1x512xf32>
    %74 = linalg.generic {indexing_maps = [#map5, #map], iterator_types = ["parallel", "parallel"]} ins(%73 : tensor<1x512xf32>) outs(%7 : tensor<?x512xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<?x512xf32>
    %75 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%72, %74 : tensor<?x512xf32>, tensor<?x512xf32>) outs(%7 : tensor<?x512xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %76 = arith.addf %in, %in_8 : f32
      linalg.yield %76 : f32
    } -> tensor<?x512xf32>
    return %75 : tensor<?x512xf32>
  }
  func.func private @head(%arg0: tensor<?x512xf32>, %arg1: tensor<?xi32>, %arg2: tensor<512xf32>, %arg3: tensor<512xf32>, %arg4: tensor<512x256xf32>) -> (tensor<f32>, tensor<f32>) {
    %c0 = arith.constant 0 : index
    %dim = tensor.dim %arg0, %c0 : tensor<?x512xf32>
    %cst = arith.constant 0xFF800000 : f32
    %cst_0 = arith.constant dense<0> : tensor<i32>
    %cst_1 = arith.constant dense<9.99999974E-6> : tensor<f32>
    %cst_2 = arith.constant dense<5.120000e+02> : tensor<f32>
    %cst_3 = arith.constant dense<0.000000e+00> : tensor<f32>
    %cst_4 = arith.constant 0.000000e+00 : f32
    %0 = tensor.empty(%dim) : tensor<?xf32>
    %1 = linalg.fill ins(%cst_4 : f32) outs(%0 : tensor<?xf32>) -> tensor<?xf32>
    %2 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "reduction"]} ins(%arg0 : tensor<?x512xf32>) outs(%1 : tensor<?xf32>) {
    ^bb0(%in: f32, %out: f32):
      %62 = arith.addf %out, %in : f32
      linalg.yield %62 : f32
    } -> tensor<?xf32>
    %3 = tensor.empty(%dim) : tensor<?x1xf32>
    %4 = linalg.generic {indexing_maps = [#map1, #map], iterator_types = ["parallel", "parallel"]} ins(%2 : tensor<?xf32>) outs(%3 : tensor<?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<?x1xf32>
    %5 = linalg.generic {indexing_maps = [#map2, #map], iterator_types = ["parallel", "parallel"]} ins(%cst_2 : tensor<f32>) outs(%3 : tensor<?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<?x1xf32>
    %6 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%4, %5 : tensor<?x1xf32>, tensor<?x1xf32>) outs(%3 : tensor<?x1xf32>) {
    ^bb0(%in: f32, %in_5: f32, %out: f32):
      %62 = arith.divf %in, %in_5 : f32
      linalg.yield %62 : f32
    } -> tensor<?x1xf32>
    %7 = tensor.empty(%dim) : tensor<?x512xf32>
    %8 = linalg.generic {indexing_maps = [#map3, #map], iterator_types = ["parallel", "parallel"]} ins(%6 : tensor<?x1xf32>) outs(%7 : tensor<?x512xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<?x512xf32>
    %9 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg0, %8 : tensor<?x512xf32>, tensor<?x512xf32>) outs(%7 : tensor<?x512xf32>) {
    ^bb0(%in: f32, %in_5: f32, %out: f32):
      %62 = arith.subf %in, %in_5 : f32
      linalg.yield %62 : f32
    } -> tensor<?x512xf32>
    %10 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%9, %9 : tensor<?x512xf32>, tensor<?x512xf32>) outs(%7 : tensor<?x512xf32>) {
    ^bb0(%in: f32, %in_5: f32, %out: f32):
      %62 = arith.mulf %in, %in_5 : f32
      linalg.yield %62 : f32
    } -> tensor<?x512xf32>
    %11 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "reduction"]} ins(%10 : tensor<?x512xf32>) outs(%1 : tensor<?xf32>) {
    ^bb0(%in: f32, %out: f32):
      %62 = arith.addf %out, %in : f32
      linalg.yield %62 : f32
    } -> tensor<?xf32>
    %12 = linalg.generic {indexing_maps = [#map1, #map], iterator_types = ["parallel", "parallel"]} ins(%11 : tensor<?xf32>) outs(%3 : tensor<?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<?x1xf32>
    %13 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%12, %5 : tensor<?x1xf32>, tensor<?x1xf32>) outs(%3 : tensor<?x1xf32>) {
    ^bb0(%in: f32, %in_5: f32, %out: f32):
      %62 = arith.divf %in, %in_5 : f32
      linalg.yield %62 : f32
    } -> tensor<?x1xf32>
    %14 = linalg.generic {indexing_maps = [#map2, #map], iterator_types = ["parallel", "parallel"]} ins(%cst_1 : tensor<f32>) outs(%3 : tensor<?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<?x1xf32>
    %15 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%13, %14 : tensor<?x1xf32>, tensor<?x1xf32>) outs(%3 : tensor<?x1xf32>) {
    ^bb0(%in: f32, %in_5: f32, %out: f32):
      %62 = arith.addf %in, %in_5 : f32
      linalg.yield %62 : f32
    } -> tensor<?x1xf32>
    %16 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%15 : tensor<?x1xf32>) outs(%3 : tensor<?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %62 = math.rsqrt %in : f32
      linalg.yield %62 : f32
    } -> tensor<?x1xf32>
    %17 = linalg.generic {indexing_maps = [#map3, #map], iterator_types = ["parallel", "parallel"]} ins(%16 : tensor<?x1xf32>) outs(%7 : tensor<?x512xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<?x512xf32>
    %18 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%9, %17 : tensor<?x512xf32>, tensor<?x512xf32>) outs(%7 : tensor<?x512xf32>) {
    ^bb0(%in: f32, %in_5: f32, %out: f32):
      %62 = arith.mulf %in, %in_5 : f32
      linalg.yield %62 : f32
    } -> tensor<?x512xf32>
    %19 = tensor.empty() : tensor<1x512xf32>
    %20 = linalg.generic {indexing_maps = [#map4, #map], iterator_types = ["parallel", "parallel"]} ins(%arg2 : tensor<512xf32>) outs(%19 : tensor<1x512xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1x512xf32>
    %21 = linalg.generic {indexing_maps = [#map5, #map], iterator_types = ["parallel", "parallel"]} ins(%20 : tensor<1x512xf32>) outs(%7 : tensor<?x512xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<?x512xf32>
    %22 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%18, %21 : tensor<?x512xf32>, tensor<?x512xf32>) outs(%7 : tensor<?x512xf32>) {
    ^bb0(%in: f32, %in_5: f32, %out: f32):
      %62 = arith.mulf %in, %in_5 : f32
      linalg.yield %62 : f32
    } -> tensor<?x512xf32>
    %23 = linalg.generic {indexing_maps = [#map4, #map], iterator_types = ["parallel", "parallel"]} ins(%arg3 : tensor<512xf32>) outs(%19 : tensor<1x512xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1x512xf32>
    %24 = linalg.generic {indexing_maps = [#map5, #map], iterator_types = ["parallel", "parallel"]} ins(%23 : tensor<1x512xf32>) outs(%7 : tensor<?x512xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<?x512xf32>
    %25 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%22, %24 : tensor<?x512xf32>, tensor<?x512xf32>) outs(%7 : tensor<?x512xf32>) {
    ^bb0(%in: f32, %in_5: f32, %out: f32):
      %62 = arith.addf %in, %in_5 : f32
      linalg.yield %62 : f32
    } -> tensor<?x512xf32>
    %26 = tensor.empty(%dim) : tensor<?x256xf32>
    %27 = linalg.fill ins(%cst_4 : f32) outs(%26 : tensor<?x256xf32>) -> tensor<?x256xf32>
    %28 = linalg.matmul ins(%25, %arg4 : tensor<?x512xf32>, tensor<512x256xf32>) outs(%27 : tensor<?x256xf32>) -> tensor<?x256xf32>
    %29 = tensor.empty(%dim) : tensor<?xi32>
    %30 = linalg.generic {indexing_maps = [#map6, #map7], iterator_types = ["parallel"]} ins(%cst_0 : tensor<i32>) outs(%29 : tensor<?xi32>) {
    ^bb0(%in: i32, %out: i32):
      linalg.yield %in : i32
    } -> tensor<?xi32>
    %31 = tensor.empty(%dim) : tensor<?xi1>
    %32 = linalg.generic {indexing_maps = [#map7, #map7, #map7], iterator_types = ["parallel"]} ins(%arg1, %30 : tensor<?xi32>, tensor<?xi32>) outs(%31 : tensor<?xi1>) {
    ^bb0(%in: i32, %in_5: i32, %out: i1):
      %62 = arith.cmpi sge, %in, %in_5 : i32
      linalg.yield %62 : i1
    } -> tensor<?xi1>
    %33 = linalg.fill ins(%cst : f32) outs(%0 : tensor<?xf32>) -> tensor<?xf32>
    %34 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "reduction"]} ins(%28 : tensor<?x256xf32>) outs(%33 : tensor<?xf32>) {
    ^bb0(%in: f32, %out: f32):
      %62 = arith.maximumf %out, %in : f32
      linalg.yield %62 : f32
    } -> tensor<?xf32>
    %35 = linalg.generic {indexing_maps = [#map1, #map], iterator_types = ["parallel", "parallel"]} ins(%34 : tensor<?xf32>) outs(%3 : tensor<?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<?x1xf32>
    %36 = linalg.generic {indexing_maps = [#map3, #map], iterator_types = ["parallel", "parallel"]} ins(%35 : tensor<?x1xf32>) outs(%26 : tensor<?x256xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<?x256xf32>
    %37 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%28, %36 : tensor<?x256xf32>, tensor<?x256xf32>) outs(%26 : tensor<?x256xf32>) {
    ^bb0(%in: f32, %in_5: f32, %out: f32):
      %62 = arith.subf %in, %in_5 : f32
      linalg.yield %62 : f32
    } -> tensor<?x256xf32>
    %38 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%37 : tensor<?x256xf32>) outs(%26 : tensor<?x256xf32>) {
    ^bb0(%in: f32, %out: f32):
      %62 = math.exp %in : f32
      linalg.yield %62 : f32
    } -> tensor<?x256xf32>
    %39 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "reduction"]} ins(%38 : tensor<?x256xf32>) outs(%1 : tensor<?xf32>) {
    ^bb0(%in: f32, %out: f32):
      %62 = arith.addf %out, %in : f32
      linalg.yield %62 : f32
    } -> tensor<?xf32>
    %40 = linalg.generic {indexing_maps = [#map7, #map7], iterator_types = ["parallel"]} ins(%39 : tensor<?xf32>) outs(%0 : tensor<?xf32>) {
    ^bb0(%in: f32, %out: f32):
      %62 = math.log %in : f32
      linalg.yield %62 : f32
    } -> tensor<?xf32>
    %collapsed = tensor.collapse_shape %35 [[0, 1]] : tensor<?x1xf32> into tensor<?xf32>
    %41 = linalg.generic {indexing_maps = [#map7, #map7, #map7], iterator_types = ["parallel"]} ins(%40, %collapsed : tensor<?xf32>, tensor<?xf32>) outs(%0 : tensor<?xf32>) {
    ^bb0(%in: f32, %in_5: f32, %out: f32):
      %62 = arith.addf %in, %in_5 : f32
      linalg.yield %62 : f32
    } -> tensor<?xf32>
    %42 = tensor.empty() : tensor<256xi32>
    %43 = linalg.generic {indexing_maps = [#map7], iterator_types = ["parallel"]} outs(%42 : tensor<256xi32>) {
    ^bb0(%out: i32):
      %62 = linalg.index 0 : index
      %63 = arith.index_cast %62 : index to i32
      linalg.yield %63 : i32
    } -> tensor<256xi32>
    %44 = tensor.empty(%dim) : tensor<?x1xi32>
    %45 = linalg.generic {indexing_maps = [#map1, #map], iterator_types = ["parallel", "parallel"]} ins(%arg1 : tensor<?xi32>) outs(%44 : tensor<?x1xi32>) {
    ^bb0(%in: i32, %out: i32):
      linalg.yield %in : i32
    } -> tensor<?x1xi32>
    %46 = tensor.empty() : tensor<1x256xi32>
    %47 = linalg.generic {indexing_maps = [#map4, #map], iterator_types = ["parallel", "parallel"]} ins(%43 : tensor<256xi32>) outs(%46 : tensor<1x256xi32>) {
    ^bb0(%in: i32, %out: i32):
      linalg.yield %in : i32
    } -> tensor<1x256xi32>
    %48 = tensor.empty(%dim) : tensor<?x256xi32>
    %49 = linalg.generic {indexing_maps = [#map3, #map], iterator_types = ["parallel", "parallel"]} ins(%45 : tensor<?x1xi32>) outs(%48 : tensor<?x256xi32>) {
    ^bb0(%in: i32, %out: i32):
      linalg.yield %in : i32
    } -> tensor<?x256xi32>
    %50 = linalg.generic {indexing_maps = [#map5, #map], iterator_types = ["parallel", "parallel"]} ins(%47 : tensor<1x256xi32>) outs(%48 : tensor<?x256xi32>) {
    ^bb0(%in: i32, %out: i32):
      linalg.yield %in : i32
    } -> tensor<?x256xi32>
    %51 = tensor.empty(%dim) : tensor<?x256xi1>
    %52 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%49, %50 : tensor<?x256xi32>, tensor<?x256xi32>) outs(%51 : tensor<?x256xi1>) {
    ^bb0(%in: i32, %in_5: i32, %out: i1):
      %62 = arith.cmpi eq, %in, %in_5 : i32
      linalg.yield %62 : i1
    } -> tensor<?x256xi1>
    %53 = call @_where_42(%52, %28, %cst_3) : (tensor<?x256xi1>, tensor<?x256xf32>, tensor<f32>) -> tensor<?x256xf32>
    %54 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "reduction"]} ins(%53 : tensor<?x256xf32>) outs(%1 : tensor<?xf32>) {
    ^bb0(%in: f32, %out: f32):
      %62 = arith.addf %out, %in : f32
      linalg.yield %62 : f32
    } -> tensor<?xf32>
    %55 = linalg.generic {indexing_maps = [#map7, #map7], iterator_types = ["parallel"]} ins(%32 : tensor<?xi1>) outs(%0 : tensor<?xf32>) {
    ^bb0(%in: i1, %out: f32):
      %62 = arith.uitofp %in : i1 to f32
      linalg.yield %62 : f32
    } -> tensor<?xf32>
    %56 = tensor.empty() : tensor<f32>
    %57 = linalg.fill ins(%cst_4 : f32) outs(%56 : tensor<f32>) -> tensor<f32>
    %58 = linalg.generic {indexing_maps = [#map7, #map6], iterator_types = ["reduction"]} ins(%55 : tensor<?xf32>) outs(%57 : tensor<f32>) {
    ^bb0(%in: f32, %out: f32):
      %62 = arith.addf %out, %in : f32
      linalg.yield %62 : f32
    } -> tensor<f32>
    %59 = linalg.generic {indexing_maps = [#map7, #map7, #map7], iterator_types = ["parallel"]} ins(%41, %54 : tensor<?xf32>, tensor<?xf32>) outs(%0 : tensor<?xf32>) {
    ^bb0(%in: f32, %in_5: f32, %out: f32):
      %62 = arith.subf %in, %in_5 : f32
      linalg.yield %62 : f32
    } -> tensor<?xf32>
    %60 = call @_where_48(%32, %59, %cst_3) : (tensor<?xi1>, tensor<?xf32>, tensor<f32>) -> tensor<?xf32>
    %61 = linalg.generic {indexing_maps = [#map7, #map6], iterator_types = ["reduction"]} ins(%60 : tensor<?xf32>) outs(%57 : tensor<f32>) {
    ^bb0(%in: f32, %out: f32):
      %62 = arith.addf %out, %in : f32
      linalg.yield %62 : f32
    } -> tensor<f32>
    return %61, %58 : tensor<f32>, tensor<f32>
  }
  func.func private @_where_42(%arg0: tensor<?x256xi1>, %arg1: tensor<?x256xf32>, %arg2: tensor<f32>) -> tensor<?x256xf32> {
    %c0 = arith.constant 0 : index
    %dim = tensor.dim %arg0, %c0 : tensor<?x256xi1>
    %0 = tensor.empty(%dim) : tensor<?x256xf32>
    %1 = linalg.generic {indexing_maps = [#map2, #map], iterator_types = ["parallel", "parallel"]} ins(%arg2 : tensor<f32>) outs(%0 : tensor<?x256xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<?x256xf32>
    %2 = linalg.generic {indexing_maps = [#map, #map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg0, %arg1, %1 : tensor<?x256xi1>, tensor<?x256xf32>, tensor<?x256xf32>) outs(%0 : tensor<?x256xf32>) {
    ^bb0(%in: i1, %in_0: f32, %in_1: f32, %out: f32):
      %3 = arith.select %in, %in_0, %in_1 : f32
      linalg.yield %3 : f32
    } -> tensor<?x256xf32>
    return %2 : tensor<?x256xf32>
  }
  func.func private @_where_48(%arg0: tensor<?xi1>, %arg1: tensor<?xf32>, %arg2: tensor<f32>) -> tensor<?xf32> {
    %c0 = arith.constant 0 : index
    %dim = tensor.dim %arg0, %c0 : tensor<?xi1>
    %0 = tensor.empty(%dim) : tensor<?xf32>
    %1 = linalg.generic {indexing_maps = [#map6, #map7], iterator_types = ["parallel"]} ins(%arg2 : tensor<f32>) outs(%0 : tensor<?xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<?xf32>
    %2 = linalg.generic {indexing_maps = [#map7, #map7, #map7, #map7], iterator_types = ["parallel"]} ins(%arg0, %arg1, %1 : tensor<?xi1>, tensor<?xf32>, tensor<?xf32>) outs(%0 : tensor<?xf32>) {
    ^bb0(%in: i1, %in_0: f32, %in_1: f32, %out: f32):
      %3 = arith.select %in, %in_0, %in_1 : f32
      linalg.yield %3 : f32
    } -> tensor<?xf32>
    return %2 : tensor<?xf32>
  }
  func.func public @update(%arg0: tensor<?xf32> {hocket.role = #hocket.role<param>}, %arg1: tensor<?xf32> {hocket.role = #hocket.role<grad>}, %arg2: tensor<?xf32> {hocket.init = "zeros", hocket.name = "m", hocket.role = #hocket.role<state>}, %arg3: tensor<?xf32> {hocket.init = "zeros", hocket.name = "v", hocket.role = #hocket.role<state>}, %arg4: tensor<f32> {hocket.role = #hocket.role<step>}) -> (tensor<?xf32>, tensor<?xf32>, tensor<?xf32>) {
    %c0 = arith.constant 0 : index
    %dim = tensor.dim %arg0, %c0 : tensor<?xf32>
    %cst = arith.constant dense<0.00999999977> : tensor<f32>
    %cst_0 = arith.constant 3.000000e-04 : f32
    %cst_1 = arith.constant 2.000000e+01 : f32
    %cst_2 = arith.constant dense<9.99999993E-9> : tensor<f32>
    %cst_3 = arith.constant -0.0512932949 : f32
    %cst_4 = arith.constant 1.000000e+00 : f32
    %cst_5 = arith.constant -0.105360515 : f32
    %cst_6 = arith.constant dense<5.000000e-02> : tensor<f32>
    %cst_7 = arith.constant dense<0.949999988> : tensor<f32>
    %cst_8 = arith.constant dense<1.000000e-01> : tensor<f32>
    %cst_9 = arith.constant dense<0.899999976> : tensor<f32>
    %0 = tensor.empty(%dim) : tensor<?xf32>
    %1 = linalg.generic {indexing_maps = [#map6, #map7], iterator_types = ["parallel"]} ins(%cst_9 : tensor<f32>) outs(%0 : tensor<?xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<?xf32>
    %2 = linalg.generic {indexing_maps = [#map7, #map7, #map7], iterator_types = ["parallel"]} ins(%1, %arg2 : tensor<?xf32>, tensor<?xf32>) outs(%0 : tensor<?xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %36 = arith.mulf %in, %in_10 : f32
      linalg.yield %36 : f32
    } -> tensor<?xf32>
    %3 = linalg.generic {indexing_maps = [#map6, #map7], iterator_types = ["parallel"]} ins(%cst_8 : tensor<f32>) outs(%0 : tensor<?xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<?xf32>
    %4 = linalg.generic {indexing_maps = [#map7, #map7, #map7], iterator_types = ["parallel"]} ins(%3, %arg1 : tensor<?xf32>, tensor<?xf32>) outs(%0 : tensor<?xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %36 = arith.mulf %in, %in_10 : f32
      linalg.yield %36 : f32
    } -> tensor<?xf32>
    %5 = linalg.generic {indexing_maps = [#map7, #map7, #map7], iterator_types = ["parallel"]} ins(%2, %4 : tensor<?xf32>, tensor<?xf32>) outs(%0 : tensor<?xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %36 = arith.addf %in, %in_10 : f32
      linalg.yield %36 : f32
    } -> tensor<?xf32>
    %6 = linalg.generic {indexing_maps = [#map6, #map7], iterator_types = ["parallel"]} ins(%cst_7 : tensor<f32>) outs(%0 : tensor<?xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<?xf32>
    %7 = linalg.generic {indexing_maps = [#map7, #map7, #map7], iterator_types = ["parallel"]} ins(%6, %arg3 : tensor<?xf32>, tensor<?xf32>) outs(%0 : tensor<?xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %36 = arith.mulf %in, %in_10 : f32
      linalg.yield %36 : f32
    } -> tensor<?xf32>
    %8 = linalg.generic {indexing_maps = [#map7, #map7, #map7], iterator_types = ["parallel"]} ins(%arg1, %arg1 : tensor<?xf32>, tensor<?xf32>) outs(%0 : tensor<?xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %36 = arith.mulf %in, %in_10 : f32
      linalg.yield %36 : f32
    } -> tensor<?xf32>
    %9 = linalg.generic {indexing_maps = [#map6, #map7], iterator_types = ["parallel"]} ins(%cst_6 : tensor<f32>) outs(%0 : tensor<?xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<?xf32>
    %10 = linalg.generic {indexing_maps = [#map7, #map7, #map7], iterator_types = ["parallel"]} ins(%9, %8 : tensor<?xf32>, tensor<?xf32>) outs(%0 : tensor<?xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %36 = arith.mulf %in, %in_10 : f32
      linalg.yield %36 : f32
    } -> tensor<?xf32>
    %11 = linalg.generic {indexing_maps = [#map7, #map7, #map7], iterator_types = ["parallel"]} ins(%7, %10 : tensor<?xf32>, tensor<?xf32>) outs(%0 : tensor<?xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %36 = arith.addf %in, %in_10 : f32
      linalg.yield %36 : f32
    } -> tensor<?xf32>
    %12 = tensor.empty() : tensor<f32>
    %13 = linalg.generic {indexing_maps = [#map8, #map8], iterator_types = []} ins(%arg4 : tensor<f32>) outs(%12 : tensor<f32>) {
    ^bb0(%in: f32, %out: f32):
      %36 = arith.mulf %in, %cst_5 : f32
      linalg.yield %36 : f32
    } -> tensor<f32>
    %14 = linalg.generic {indexing_maps = [#map8, #map8], iterator_types = []} ins(%13 : tensor<f32>) outs(%12 : tensor<f32>) {
    ^bb0(%in: f32, %out: f32):
      %36 = math.exp %in : f32
      linalg.yield %36 : f32
    } -> tensor<f32>
    %15 = linalg.generic {indexing_maps = [#map8, #map8], iterator_types = []} ins(%14 : tensor<f32>) outs(%12 : tensor<f32>) {
    ^bb0(%in: f32, %out: f32):
      %36 = arith.subf %cst_4, %in : f32
      linalg.yield %36 : f32
    } -> tensor<f32>
    %16 = linalg.generic {indexing_maps = [#map8, #map8], iterator_types = []} ins(%arg4 : tensor<f32>) outs(%12 : tensor<f32>) {
    ^bb0(%in: f32, %out: f32):
      %36 = arith.mulf %in, %cst_3 : f32
      linalg.yield %36 : f32
    } -> tensor<f32>
    %17 = linalg.generic {indexing_maps = [#map8, #map8], iterator_types = []} ins(%16 : tensor<f32>) outs(%12 : tensor<f32>) {
    ^bb0(%in: f32, %out: f32):
      %36 = math.exp %in : f32
      linalg.yield %36 : f32
    } -> tensor<f32>
    %18 = linalg.generic {indexing_maps = [#map8, #map8], iterator_types = []} ins(%17 : tensor<f32>) outs(%12 : tensor<f32>) {
    ^bb0(%in: f32, %out: f32):
      %36 = arith.subf %cst_4, %in : f32
      linalg.yield %36 : f32
    } -> tensor<f32>
    %19 = linalg.generic {indexing_maps = [#map6, #map7], iterator_types = ["parallel"]} ins(%15 : tensor<f32>) outs(%0 : tensor<?xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<?xf32>
    %20 = linalg.generic {indexing_maps = [#map7, #map7, #map7], iterator_types = ["parallel"]} ins(%5, %19 : tensor<?xf32>, tensor<?xf32>) outs(%0 : tensor<?xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %36 = arith.divf %in, %in_10 : f32
      linalg.yield %36 : f32
    } -> tensor<?xf32>
    %21 = linalg.generic {indexing_maps = [#map6, #map7], iterator_types = ["parallel"]} ins(%18 : tensor<f32>) outs(%0 : tensor<?xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<?xf32>
    %22 = linalg.generic {indexing_maps = [#map7, #map7, #map7], iterator_types = ["parallel"]} ins(%11, %21 : tensor<?xf32>, tensor<?xf32>) outs(%0 : tensor<?xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %36 = arith.divf %in, %in_10 : f32
      linalg.yield %36 : f32
    } -> tensor<?xf32>
    %23 = linalg.generic {indexing_maps = [#map7, #map7], iterator_types = ["parallel"]} ins(%22 : tensor<?xf32>) outs(%0 : tensor<?xf32>) {
    ^bb0(%in: f32, %out: f32):
      %36 = math.sqrt %in : f32
      linalg.yield %36 : f32
    } -> tensor<?xf32>
    %24 = linalg.generic {indexing_maps = [#map6, #map7], iterator_types = ["parallel"]} ins(%cst_2 : tensor<f32>) outs(%0 : tensor<?xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<?xf32>
    %25 = linalg.generic {indexing_maps = [#map7, #map7, #map7], iterator_types = ["parallel"]} ins(%23, %24 : tensor<?xf32>, tensor<?xf32>) outs(%0 : tensor<?xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %36 = arith.addf %in, %in_10 : f32
      linalg.yield %36 : f32
    } -> tensor<?xf32>
    %26 = linalg.generic {indexing_maps = [#map7, #map7, #map7], iterator_types = ["parallel"]} ins(%20, %25 : tensor<?xf32>, tensor<?xf32>) outs(%0 : tensor<?xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %36 = arith.divf %in, %in_10 : f32
      linalg.yield %36 : f32
    } -> tensor<?xf32>
    %27 = linalg.generic {indexing_maps = [#map8, #map8], iterator_types = []} ins(%arg4 : tensor<f32>) outs(%12 : tensor<f32>) {
    ^bb0(%in: f32, %out: f32):
      %36 = arith.divf %in, %cst_1 : f32
      linalg.yield %36 : f32
    } -> tensor<f32>
    %28 = linalg.generic {indexing_maps = [#map8, #map8], iterator_types = []} ins(%27 : tensor<f32>) outs(%12 : tensor<f32>) {
    ^bb0(%in: f32, %out: f32):
      %36 = arith.minimumf %in, %cst_4 : f32
      linalg.yield %36 : f32
    } -> tensor<f32>
    %29 = linalg.generic {indexing_maps = [#map8, #map8], iterator_types = []} ins(%28 : tensor<f32>) outs(%12 : tensor<f32>) {
    ^bb0(%in: f32, %out: f32):
      %36 = arith.mulf %in, %cst_0 : f32
      linalg.yield %36 : f32
    } -> tensor<f32>
    %30 = linalg.generic {indexing_maps = [#map6, #map7], iterator_types = ["parallel"]} ins(%cst : tensor<f32>) outs(%0 : tensor<?xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<?xf32>
    %31 = linalg.generic {indexing_maps = [#map7, #map7, #map7], iterator_types = ["parallel"]} ins(%30, %arg0 : tensor<?xf32>, tensor<?xf32>) outs(%0 : tensor<?xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %36 = arith.mulf %in, %in_10 : f32
      linalg.yield %36 : f32
    } -> tensor<?xf32>
    %32 = linalg.generic {indexing_maps = [#map7, #map7, #map7], iterator_types = ["parallel"]} ins(%26, %31 : tensor<?xf32>, tensor<?xf32>) outs(%0 : tensor<?xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %36 = arith.addf %in, %in_10 : f32
      linalg.yield %36 : f32
    } -> tensor<?xf32>
    %33 = linalg.generic {indexing_maps = [#map6, #map7], iterator_types = ["parallel"]} ins(%29 : tensor<f32>) outs(%0 : tensor<?xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<?xf32>
    %34 = linalg.generic {indexing_maps = [#map7, #map7, #map7], iterator_types = ["parallel"]} ins(%33, %32 : tensor<?xf32>, tensor<?xf32>) outs(%0 : tensor<?xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %36 = arith.mulf %in, %in_10 : f32
      linalg.yield %36 : f32
    } -> tensor<?xf32>
    %35 = linalg.generic {indexing_maps = [#map7, #map7, #map7], iterator_types = ["parallel"]} ins(%arg0, %34 : tensor<?xf32>, tensor<?xf32>) outs(%0 : tensor<?xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %36 = arith.subf %in, %in_10 : f32
      linalg.yield %36 : f32
    } -> tensor<?xf32>
    return %35, %5, %11 : tensor<?xf32>, tensor<?xf32>, tensor<?xf32>
  }
}

