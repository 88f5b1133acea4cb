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
  func.func public @loss(%arg0: tensor<?xi32> {hocket.name = "tokens", hocket.role = #hocket.role<batch>}, %arg1: tensor<?xi32> {hocket.name = "targets", hocket.role = #hocket.role<batch>}, %arg2: tensor<?xi32> {hocket.name = "positions", hocket.role = #hocket.role<batch>}, %arg3: tensor<?xi32> {hocket.name = "cu_seqlens", hocket.role = #hocket.role<offsets>}, %arg4: tensor<256x512xf32> {hocket.init = "normal(0.5)", hocket.name = "wte", hocket.role = #hocket.role<param>}, %arg5: tensor<256x512xf32> {hocket.init = "normal(0.5)", hocket.name = "wpe", hocket.role = #hocket.role<param>}, %arg6: tensor<512xf32> {hocket.init = "ones", hocket.name = "block0.ln1.scale", hocket.role = #hocket.role<param>}, %arg7: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block0.ln1.bias", hocket.role = #hocket.role<param>}, %arg8: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block0.query", hocket.role = #hocket.role<param>}, %arg9: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block0.key", hocket.role = #hocket.role<param>}, %arg10: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block0.value", hocket.role = #hocket.role<param>}, %arg11: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block0.out", hocket.role = #hocket.role<param>}, %arg12: tensor<512xf32> {hocket.init = "ones", hocket.name = "block0.ln2.scale", hocket.role = #hocket.role<param>}, %arg13: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block0.ln2.bias", hocket.role = #hocket.role<param>}, %arg14: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block0.up", hocket.role = #hocket.role<param>}, %arg15: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block0.up.bias", hocket.role = #hocket.role<param>}, %arg16: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block0.down", hocket.role = #hocket.role<param>}, %arg17: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block0.down.bias", hocket.role = #hocket.role<param>}, %arg18: tensor<512xf32> {hocket.init = "ones", hocket.name = "block1.ln1.scale", hocket.role = #hocket.role<param>}, %arg19: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block1.ln1.bias", hocket.role = #hocket.role<param>}, %arg20: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block1.query", hocket.role = #hocket.role<param>}, %arg21: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block1.key", hocket.role = #hocket.role<param>}, %arg22: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block1.value", hocket.role = #hocket.role<param>}, %arg23: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block1.out", hocket.role = #hocket.role<param>}, %arg24: tensor<512xf32> {hocket.init = "ones", hocket.name = "block1.ln2.scale", hocket.role = #hocket.role<param>}, %arg25: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block1.ln2.bias", hocket.role = #hocket.role<param>}, %arg26: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block1.up", hocket.role = #hocket.role<param>}, %arg27: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block1.up.bias", hocket.role = #hocket.role<param>}, %arg28: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block1.down", hocket.role = #hocket.role<param>}, %arg29: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block1.down.bias", hocket.role = #hocket.role<param>}, %arg30: tensor<512xf32> {hocket.init = "ones", hocket.name = "block2.ln1.scale", hocket.role = #hocket.role<param>}, %arg31: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block2.ln1.bias", hocket.role = #hocket.role<param>}, %arg32: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block2.query", hocket.role = #hocket.role<param>}, %arg33: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block2.key", hocket.role = #hocket.role<param>}, %arg34: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block2.value", hocket.role = #hocket.role<param>}, %arg35: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block2.out", hocket.role = #hocket.role<param>}, %arg36: tensor<512xf32> {hocket.init = "ones", hocket.name = "block2.ln2.scale", hocket.role = #hocket.role<param>}, %arg37: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block2.ln2.bias", hocket.role = #hocket.role<param>}, %arg38: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block2.up", hocket.role = #hocket.role<param>}, %arg39: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block2.up.bias", hocket.role = #hocket.role<param>}, %arg40: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block2.down", hocket.role = #hocket.role<param>}, %arg41: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block2.down.bias", hocket.role = #hocket.role<param>}, %arg42: tensor<512xf32> {hocket.init = "ones", hocket.name = "block3.ln1.scale", hocket.role = #hocket.role<param>}, %arg43: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block3.ln1.bias", hocket.role = #hocket.role<param>}, %arg44: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block3.query", hocket.role = #hocket.role<param>}, %arg45: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block3.key", hocket.role = #hocket.role<param>}, %arg46: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block3.value", hocket.role = #hocket.role<param>}, %arg47: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block3.out", hocket.role = #hocket.role<param>}, %arg48: tensor<512xf32> {hocket.init = "ones", hocket.name = "block3.ln2.scale", hocket.role = #hocket.role<param>}, %arg49: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block3.ln2.bias", hocket.role = #hocket.role<param>}, %arg50: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block3.up", hocket.role = #hocket.role<param>}, %arg51: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block3.up.bias", hocket.role = #hocket.role<param>}, %arg52: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block3.down", hocket.role = #hocket.role<param>}, %arg53: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block3.down.bias", hocket.role = #hocket.role<param>}, %arg54: tensor<512xf32> {hocket.init = "ones", hocket.name = "block4.ln1.scale", hocket.role = #hocket.role<param>}, %arg55: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block4.ln1.bias", hocket.role = #hocket.role<param>}, %arg56: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block4.query", hocket.role = #hocket.role<param>}, %arg57: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block4.key", hocket.role = #hocket.role<param>}, %arg58: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block4.value", hocket.role = #hocket.role<param>}, %arg59: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block4.out", hocket.role = #hocket.role<param>}, %arg60: tensor<512xf32> {hocket.init = "ones", hocket.name = "block4.ln2.scale", hocket.role = #hocket.role<param>}, %arg61: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block4.ln2.bias", hocket.role = #hocket.role<param>}, %arg62: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block4.up", hocket.role = #hocket.role<param>}, %arg63: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block4.up.bias", hocket.role = #hocket.role<param>}, %arg64: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block4.down", hocket.role = #hocket.role<param>}, %arg65: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block4.down.bias", hocket.role = #hocket.role<param>}, %arg66: tensor<512xf32> {hocket.init = "ones", hocket.name = "block5.ln1.scale", hocket.role = #hocket.role<param>}, %arg67: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block5.ln1.bias", hocket.role = #hocket.role<param>}, %arg68: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block5.query", hocket.role = #hocket.role<param>}, %arg69: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block5.key", hocket.role = #hocket.role<param>}, %arg70: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block5.value", hocket.role = #hocket.role<param>}, %arg71: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block5.out", hocket.role = #hocket.role<param>}, %arg72: tensor<512xf32> {hocket.init = "ones", hocket.name = "block5.ln2.scale", hocket.role = #hocket.role<param>}, %arg73: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block5.ln2.bias", hocket.role = #hocket.role<param>}, %arg74: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block5.up", hocket.role = #hocket.role<param>}, %arg75: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block5.up.bias", hocket.role = #hocket.role<param>}, %arg76: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block5.down", hocket.role = #hocket.role<param>}, %arg77: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block5.down.bias", hocket.role = #hocket.role<param>}, %arg78: tensor<512xf32> {hocket.init = "ones", hocket.name = "block6.ln1.scale", hocket.role = #hocket.role<param>}, %arg79: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block6.ln1.bias", hocket.role = #hocket.role<param>}, %arg80: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block6.query", hocket.role = #hocket.role<param>}, %arg81: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block6.key", hocket.role = #hocket.role<param>}, %arg82: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block6.value", hocket.role = #hocket.role<param>}, %arg83: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block6.out", hocket.role = #hocket.role<param>}, %arg84: tensor<512xf32> {hocket.init = "ones", hocket.name = "block6.ln2.scale", hocket.role = #hocket.role<param>}, %arg85: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block6.ln2.bias", hocket.role = #hocket.role<param>}, %arg86: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block6.up", hocket.role = #hocket.role<param>}, %arg87: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block6.up.bias", hocket.role = #hocket.role<param>}, %arg88: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block6.down", hocket.role = #hocket.role<param>}, %arg89: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block6.down.bias", hocket.role = #hocket.role<param>}, %arg90: tensor<512xf32> {hocket.init = "ones", hocket.name = "block7.ln1.scale", hocket.role = #hocket.role<param>}, %arg91: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block7.ln1.bias", hocket.role = #hocket.role<param>}, %arg92: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block7.query", hocket.role = #hocket.role<param>}, %arg93: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block7.key", hocket.role = #hocket.role<param>}, %arg94: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block7.value", hocket.role = #hocket.role<param>}, %arg95: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block7.out", hocket.role = #hocket.role<param>}, %arg96: tensor<512xf32> {hocket.init = "ones", hocket.name = "block7.ln2.scale", hocket.role = #hocket.role<param>}, %arg97: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block7.ln2.bias", hocket.role = #hocket.role<param>}, %arg98: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block7.up", hocket.role = #hocket.role<param>}, %arg99: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block7.up.bias", hocket.role = #hocket.role<param>}, %arg100: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block7.down", hocket.role = #hocket.role<param>}, %arg101: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block7.down.bias", hocket.role = #hocket.role<param>}, %arg102: tensor<512xf32> {hocket.init = "ones", hocket.name = "block8.ln1.scale", hocket.role = #hocket.role<param>}, %arg103: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block8.ln1.bias", hocket.role = #hocket.role<param>}, %arg104: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block8.query", hocket.role = #hocket.role<param>}, %arg105: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block8.key", hocket.role = #hocket.role<param>}, %arg106: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block8.value", hocket.role = #hocket.role<param>}, %arg107: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block8.out", hocket.role = #hocket.role<param>}, %arg108: tensor<512xf32> {hocket.init = "ones", hocket.name = "block8.ln2.scale", hocket.role = #hocket.role<param>}, %arg109: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block8.ln2.bias", hocket.role = #hocket.role<param>}, %arg110: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block8.up", hocket.role = #hocket.role<param>}, %arg111: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block8.up.bias", hocket.role = #hocket.role<param>}, %arg112: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block8.down", hocket.role = #hocket.role<param>}, %arg113: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block8.down.bias", hocket.role = #hocket.role<param>}, %arg114: tensor<512xf32> {hocket.init = "ones", hocket.name = "block9.ln1.scale", hocket.role = #hocket.role<param>}, %arg115: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block9.ln1.bias", hocket.role = #hocket.role<param>}, %arg116: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block9.query", hocket.role = #hocket.role<param>}, %arg117: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block9.key", hocket.role = #hocket.role<param>}, %arg118: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block9.value", hocket.role = #hocket.role<param>}, %arg119: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block9.out", hocket.role = #hocket.role<param>}, %arg120: tensor<512xf32> {hocket.init = "ones", hocket.name = "block9.ln2.scale", hocket.role = #hocket.role<param>}, %arg121: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block9.ln2.bias", hocket.role = #hocket.role<param>}, %arg122: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block9.up", hocket.role = #hocket.role<param>}, %arg123: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block9.up.bias", hocket.role = #hocket.role<param>}, %arg124: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block9.down", hocket.role = #hocket.role<param>}, %arg125: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block9.down.bias", hocket.role = #hocket.role<param>}, %arg126: tensor<512xf32> {hocket.init = "ones", hocket.name = "block10.ln1.scale", hocket.role = #hocket.role<param>}, %arg127: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block10.ln1.bias", hocket.role = #hocket.role<param>}, %arg128: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block10.query", hocket.role = #hocket.role<param>}, %arg129: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block10.key", hocket.role = #hocket.role<param>}, %arg130: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block10.value", hocket.role = #hocket.role<param>}, %arg131: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block10.out", hocket.role = #hocket.role<param>}, %arg132: tensor<512xf32> {hocket.init = "ones", hocket.name = "block10.ln2.scale", hocket.role = #hocket.role<param>}, %arg133: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block10.ln2.bias", hocket.role = #hocket.role<param>}, %arg134: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block10.up", hocket.role = #hocket.role<param>}, %arg135: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block10.up.bias", hocket.role = #hocket.role<param>}, %arg136: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block10.down", hocket.role = #hocket.role<param>}, %arg137: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block10.down.bias", hocket.role = #hocket.role<param>}, %arg138: tensor<512xf32> {hocket.init = "ones", hocket.name = "block11.ln1.scale", hocket.role = #hocket.role<param>}, %arg139: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block11.ln1.bias", hocket.role = #hocket.role<param>}, %arg140: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block11.query", hocket.role = #hocket.role<param>}, %arg141: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block11.key", hocket.role = #hocket.role<param>}, %arg142: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block11.value", hocket.role = #hocket.role<param>}, %arg143: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block11.out", hocket.role = #hocket.role<param>}, %arg144: tensor<512xf32> {hocket.init = "ones", hocket.name = "block11.ln2.scale", hocket.role = #hocket.role<param>}, %arg145: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block11.ln2.bias", hocket.role = #hocket.role<param>}, %arg146: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block11.up", hocket.role = #hocket.role<param>}, %arg147: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block11.up.bias", hocket.role = #hocket.role<param>}, %arg148: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block11.down", hocket.role = #hocket.role<param>}, %arg149: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block11.down.bias", hocket.role = #hocket.role<param>}, %arg150: tensor<512xf32> {hocket.init = "ones", hocket.name = "block12.ln1.scale", hocket.role = #hocket.role<param>}, %arg151: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block12.ln1.bias", hocket.role = #hocket.role<param>}, %arg152: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block12.query", hocket.role = #hocket.role<param>}, %arg153: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block12.key", hocket.role = #hocket.role<param>}, %arg154: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block12.value", hocket.role = #hocket.role<param>}, %arg155: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block12.out", hocket.role = #hocket.role<param>}, %arg156: tensor<512xf32> {hocket.init = "ones", hocket.name = "block12.ln2.scale", hocket.role = #hocket.role<param>}, %arg157: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block12.ln2.bias", hocket.role = #hocket.role<param>}, %arg158: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block12.up", hocket.role = #hocket.role<param>}, %arg159: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block12.up.bias", hocket.role = #hocket.role<param>}, %arg160: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block12.down", hocket.role = #hocket.role<param>}, %arg161: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block12.down.bias", hocket.role = #hocket.role<param>}, %arg162: tensor<512xf32> {hocket.init = "ones", hocket.name = "block13.ln1.scale", hocket.role = #hocket.role<param>}, %arg163: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block13.ln1.bias", hocket.role = #hocket.role<param>}, %arg164: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block13.query", hocket.role = #hocket.role<param>}, %arg165: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block13.key", hocket.role = #hocket.role<param>}, %arg166: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block13.value", hocket.role = #hocket.role<param>}, %arg167: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block13.out", hocket.role = #hocket.role<param>}, %arg168: tensor<512xf32> {hocket.init = "ones", hocket.name = "block13.ln2.scale", hocket.role = #hocket.role<param>}, %arg169: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block13.ln2.bias", hocket.role = #hocket.role<param>}, %arg170: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block13.up", hocket.role = #hocket.role<param>}, %arg171: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block13.up.bias", hocket.role = #hocket.role<param>}, %arg172: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block13.down", hocket.role = #hocket.role<param>}, %arg173: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block13.down.bias", hocket.role = #hocket.role<param>}, %arg174: tensor<512xf32> {hocket.init = "ones", hocket.name = "block14.ln1.scale", hocket.role = #hocket.role<param>}, %arg175: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block14.ln1.bias", hocket.role = #hocket.role<param>}, %arg176: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block14.query", hocket.role = #hocket.role<param>}, %arg177: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block14.key", hocket.role = #hocket.role<param>}, %arg178: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block14.value", hocket.role = #hocket.role<param>}, %arg179: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block14.out", hocket.role = #hocket.role<param>}, %arg180: tensor<512xf32> {hocket.init = "ones", hocket.name = "block14.ln2.scale", hocket.role = #hocket.role<param>}, %arg181: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block14.ln2.bias", hocket.role = #hocket.role<param>}, %arg182: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block14.up", hocket.role = #hocket.role<param>}, %arg183: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block14.up.bias", hocket.role = #hocket.role<param>}, %arg184: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block14.down", hocket.role = #hocket.role<param>}, %arg185: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block14.down.bias", hocket.role = #hocket.role<param>}, %arg186: tensor<512xf32> {hocket.init = "ones", hocket.name = "block15.ln1.scale", hocket.role = #hocket.role<param>}, %arg187: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block15.ln1.bias", hocket.role = #hocket.role<param>}, %arg188: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block15.query", hocket.role = #hocket.role<param>}, %arg189: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block15.key", hocket.role = #hocket.role<param>}, %arg190: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block15.value", hocket.role = #hocket.role<param>}, %arg191: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block15.out", hocket.role = #hocket.role<param>}, %arg192: tensor<512xf32> {hocket.init = "ones", hocket.name = "block15.ln2.scale", hocket.role = #hocket.role<param>}, %arg193: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block15.ln2.bias", hocket.role = #hocket.role<param>}, %arg194: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block15.up", hocket.role = #hocket.role<param>}, %arg195: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block15.up.bias", hocket.role = #hocket.role<param>}, %arg196: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block15.down", hocket.role = #hocket.role<param>}, %arg197: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block15.down.bias", hocket.role = #hocket.role<param>}, %arg198: tensor<512xf32> {hocket.init = "ones", hocket.name = "block16.ln1.scale", hocket.role = #hocket.role<param>}, %arg199: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block16.ln1.bias", hocket.role = #hocket.role<param>}, %arg200: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block16.query", hocket.role = #hocket.role<param>}, %arg201: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block16.key", hocket.role = #hocket.role<param>}, %arg202: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block16.value", hocket.role = #hocket.role<param>}, %arg203: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block16.out", hocket.role = #hocket.role<param>}, %arg204: tensor<512xf32> {hocket.init = "ones", hocket.name = "block16.ln2.scale", hocket.role = #hocket.role<param>}, %arg205: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block16.ln2.bias", hocket.role = #hocket.role<param>}, %arg206: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block16.up", hocket.role = #hocket.role<param>}, %arg207: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block16.up.bias", hocket.role = #hocket.role<param>}, %arg208: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block16.down", hocket.role = #hocket.role<param>}, %arg209: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block16.down.bias", hocket.role = #hocket.role<param>}, %arg210: tensor<512xf32> {hocket.init = "ones", hocket.name = "block17.ln1.scale", hocket.role = #hocket.role<param>}, %arg211: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block17.ln1.bias", hocket.role = #hocket.role<param>}, %arg212: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block17.query", hocket.role = #hocket.role<param>}, %arg213: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block17.key", hocket.role = #hocket.role<param>}, %arg214: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block17.value", hocket.role = #hocket.role<param>}, %arg215: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block17.out", hocket.role = #hocket.role<param>}, %arg216: tensor<512xf32> {hocket.init = "ones", hocket.name = "block17.ln2.scale", hocket.role = #hocket.role<param>}, %arg217: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block17.ln2.bias", hocket.role = #hocket.role<param>}, %arg218: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block17.up", hocket.role = #hocket.role<param>}, %arg219: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block17.up.bias", hocket.role = #hocket.role<param>}, %arg220: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block17.down", hocket.role = #hocket.role<param>}, %arg221: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block17.down.bias", hocket.role = #hocket.role<param>}, %arg222: tensor<512xf32> {hocket.init = "ones", hocket.name = "block18.ln1.scale", hocket.role = #hocket.role<param>}, %arg223: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block18.ln1.bias", hocket.role = #hocket.role<param>}, %arg224: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block18.query", hocket.role = #hocket.role<param>}, %arg225: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block18.key", hocket.role = #hocket.role<param>}, %arg226: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block18.value", hocket.role = #hocket.role<param>}, %arg227: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block18.out", hocket.role = #hocket.role<param>}, %arg228: tensor<512xf32> {hocket.init = "ones", hocket.name = "block18.ln2.scale", hocket.role = #hocket.role<param>}, %arg229: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block18.ln2.bias", hocket.role = #hocket.role<param>}, %arg230: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block18.up", hocket.role = #hocket.role<param>}, %arg231: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block18.up.bias", hocket.role = #hocket.role<param>}, %arg232: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block18.down", hocket.role = #hocket.role<param>}, %arg233: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block18.down.bias", hocket.role = #hocket.role<param>}, %arg234: tensor<512xf32> {hocket.init = "ones", hocket.name = "block19.ln1.scale", hocket.role = #hocket.role<param>}, %arg235: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block19.ln1.bias", hocket.role = #hocket.role<param>}, %arg236: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block19.query", hocket.role = #hocket.role<param>}, %arg237: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block19.key", hocket.role = #hocket.role<param>}, %arg238: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block19.value", hocket.role = #hocket.role<param>}, %arg239: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block19.out", hocket.role = #hocket.role<param>}, %arg240: tensor<512xf32> {hocket.init = "ones", hocket.name = "block19.ln2.scale", hocket.role = #hocket.role<param>}, %arg241: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block19.ln2.bias", hocket.role = #hocket.role<param>}, %arg242: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block19.up", hocket.role = #hocket.role<param>}, %arg243: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block19.up.bias", hocket.role = #hocket.role<param>}, %arg244: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block19.down", hocket.role = #hocket.role<param>}, %arg245: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block19.down.bias", hocket.role = #hocket.role<param>}, %arg246: tensor<512xf32> {hocket.init = "ones", hocket.name = "block20.ln1.scale", hocket.role = #hocket.role<param>}, %arg247: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block20.ln1.bias", hocket.role = #hocket.role<param>}, %arg248: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block20.query", hocket.role = #hocket.role<param>}, %arg249: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block20.key", hocket.role = #hocket.role<param>}, %arg250: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block20.value", hocket.role = #hocket.role<param>}, %arg251: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block20.out", hocket.role = #hocket.role<param>}, %arg252: tensor<512xf32> {hocket.init = "ones", hocket.name = "block20.ln2.scale", hocket.role = #hocket.role<param>}, %arg253: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block20.ln2.bias", hocket.role = #hocket.role<param>}, %arg254: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block20.up", hocket.role = #hocket.role<param>}, %arg255: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block20.up.bias", hocket.role = #hocket.role<param>}, %arg256: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block20.down", hocket.role = #hocket.role<param>}, %arg257: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block20.down.bias", hocket.role = #hocket.role<param>}, %arg258: tensor<512xf32> {hocket.init = "ones", hocket.name = "block21.ln1.scale", hocket.role = #hocket.role<param>}, %arg259: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block21.ln1.bias", hocket.role = #hocket.role<param>}, %arg260: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block21.query", hocket.role = #hocket.role<param>}, %arg261: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block21.key", hocket.role = #hocket.role<param>}, %arg262: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block21.value", hocket.role = #hocket.role<param>}, %arg263: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block21.out", hocket.role = #hocket.role<param>}, %arg264: tensor<512xf32> {hocket.init = "ones", hocket.name = "block21.ln2.scale", hocket.role = #hocket.role<param>}, %arg265: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block21.ln2.bias", hocket.role = #hocket.role<param>}, %arg266: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block21.up", hocket.role = #hocket.role<param>}, %arg267: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block21.up.bias", hocket.role = #hocket.role<param>}, %arg268: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block21.down", hocket.role = #hocket.role<param>}, %arg269: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block21.down.bias", hocket.role = #hocket.role<param>}, %arg270: tensor<512xf32> {hocket.init = "ones", hocket.name = "block22.ln1.scale", hocket.role = #hocket.role<param>}, %arg271: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block22.ln1.bias", hocket.role = #hocket.role<param>}, %arg272: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block22.query", hocket.role = #hocket.role<param>}, %arg273: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block22.key", hocket.role = #hocket.role<param>}, %arg274: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block22.value", hocket.role = #hocket.role<param>}, %arg275: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block22.out", hocket.role = #hocket.role<param>}, %arg276: tensor<512xf32> {hocket.init = "ones", hocket.name = "block22.ln2.scale", hocket.role = #hocket.role<param>}, %arg277: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block22.ln2.bias", hocket.role = #hocket.role<param>}, %arg278: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block22.up", hocket.role = #hocket.role<param>}, %arg279: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block22.up.bias", hocket.role = #hocket.role<param>}, %arg280: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block22.down", hocket.role = #hocket.role<param>}, %arg281: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block22.down.bias", hocket.role = #hocket.role<param>}, %arg282: tensor<512xf32> {hocket.init = "ones", hocket.name = "block23.ln1.scale", hocket.role = #hocket.role<param>}, %arg283: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block23.ln1.bias", hocket.role = #hocket.role<param>}, %arg284: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block23.query", hocket.role = #hocket.role<param>}, %arg285: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block23.key", hocket.role = #hocket.role<param>}, %arg286: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block23.value", hocket.role = #hocket.role<param>}, %arg287: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block23.out", hocket.role = #hocket.role<param>}, %arg288: tensor<512xf32> {hocket.init = "ones", hocket.name = "block23.ln2.scale", hocket.role = #hocket.role<param>}, %arg289: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block23.ln2.bias", hocket.role = #hocket.role<param>}, %arg290: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block23.up", hocket.role = #hocket.role<param>}, %arg291: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block23.up.bias", hocket.role = #hocket.role<param>}, %arg292: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block23.down", hocket.role = #hocket.role<param>}, %arg293: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block23.down.bias", hocket.role = #hocket.role<param>}, %arg294: tensor<512xf32> {hocket.init = "ones", hocket.name = "block24.ln1.scale", hocket.role = #hocket.role<param>}, %arg295: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block24.ln1.bias", hocket.role = #hocket.role<param>}, %arg296: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block24.query", hocket.role = #hocket.role<param>}, %arg297: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block24.key", hocket.role = #hocket.role<param>}, %arg298: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block24.value", hocket.role = #hocket.role<param>}, %arg299: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block24.out", hocket.role = #hocket.role<param>}, %arg300: tensor<512xf32> {hocket.init = "ones", hocket.name = "block24.ln2.scale", hocket.role = #hocket.role<param>}, %arg301: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block24.ln2.bias", hocket.role = #hocket.role<param>}, %arg302: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block24.up", hocket.role = #hocket.role<param>}, %arg303: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block24.up.bias", hocket.role = #hocket.role<param>}, %arg304: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block24.down", hocket.role = #hocket.role<param>}, %arg305: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block24.down.bias", hocket.role = #hocket.role<param>}, %arg306: tensor<512xf32> {hocket.init = "ones", hocket.name = "block25.ln1.scale", hocket.role = #hocket.role<param>}, %arg307: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block25.ln1.bias", hocket.role = #hocket.role<param>}, %arg308: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block25.query", hocket.role = #hocket.role<param>}, %arg309: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block25.key", hocket.role = #hocket.role<param>}, %arg310: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block25.value", hocket.role = #hocket.role<param>}, %arg311: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block25.out", hocket.role = #hocket.role<param>}, %arg312: tensor<512xf32> {hocket.init = "ones", hocket.name = "block25.ln2.scale", hocket.role = #hocket.role<param>}, %arg313: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block25.ln2.bias", hocket.role = #hocket.role<param>}, %arg314: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block25.up", hocket.role = #hocket.role<param>}, %arg315: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block25.up.bias", hocket.role = #hocket.role<param>}, %arg316: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block25.down", hocket.role = #hocket.role<param>}, %arg317: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block25.down.bias", hocket.role = #hocket.role<param>}, %arg318: tensor<512xf32> {hocket.init = "ones", hocket.name = "block26.ln1.scale", hocket.role = #hocket.role<param>}, %arg319: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block26.ln1.bias", hocket.role = #hocket.role<param>}, %arg320: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block26.query", hocket.role = #hocket.role<param>}, %arg321: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block26.key", hocket.role = #hocket.role<param>}, %arg322: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block26.value", hocket.role = #hocket.role<param>}, %arg323: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block26.out", hocket.role = #hocket.role<param>}, %arg324: tensor<512xf32> {hocket.init = "ones", hocket.name = "block26.ln2.scale", hocket.role = #hocket.role<param>}, %arg325: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block26.ln2.bias", hocket.role = #hocket.role<param>}, %arg326: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block26.up", hocket.role = #hocket.role<param>}, %arg327: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block26.up.bias", hocket.role = #hocket.role<param>}, %arg328: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block26.down", hocket.role = #hocket.role<param>}, %arg329: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block26.down.bias", hocket.role = #hocket.role<param>}, %arg330: tensor<512xf32> {hocket.init = "ones", hocket.name = "block27.ln1.scale", hocket.role = #hocket.role<param>}, %arg331: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block27.ln1.bias", hocket.role = #hocket.role<param>}, %arg332: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block27.query", hocket.role = #hocket.role<param>}, %arg333: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block27.key", hocket.role = #hocket.role<param>}, %arg334: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block27.value", hocket.role = #hocket.role<param>}, %arg335: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block27.out", hocket.role = #hocket.role<param>}, %arg336: tensor<512xf32> {hocket.init = "ones", hocket.name = "block27.ln2.scale", hocket.role = #hocket.role<param>}, %arg337: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block27.ln2.bias", hocket.role = #hocket.role<param>}, %arg338: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block27.up", hocket.role = #hocket.role<param>}, %arg339: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block27.up.bias", hocket.role = #hocket.role<param>}, %arg340: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block27.down", hocket.role = #hocket.role<param>}, %arg341: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block27.down.bias", hocket.role = #hocket.role<param>}, %arg342: tensor<512xf32> {hocket.init = "ones", hocket.name = "block28.ln1.scale", hocket.role = #hocket.role<param>}, %arg343: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block28.ln1.bias", hocket.role = #hocket.role<param>}, %arg344: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block28.query", hocket.role = #hocket.role<param>}, %arg345: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block28.key", hocket.role = #hocket.role<param>}, %arg346: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block28.value", hocket.role = #hocket.role<param>}, %arg347: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block28.out", hocket.role = #hocket.role<param>}, %arg348: tensor<512xf32> {hocket.init = "ones", hocket.name = "block28.ln2.scale", hocket.role = #hocket.role<param>}, %arg349: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block28.ln2.bias", hocket.role = #hocket.role<param>}, %arg350: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block28.up", hocket.role = #hocket.role<param>}, %arg351: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block28.up.bias", hocket.role = #hocket.role<param>}, %arg352: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block28.down", hocket.role = #hocket.role<param>}, %arg353: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block28.down.bias", hocket.role = #hocket.role<param>}, %arg354: tensor<512xf32> {hocket.init = "ones", hocket.name = "block29.ln1.scale", hocket.role = #hocket.role<param>}, %arg355: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block29.ln1.bias", hocket.role = #hocket.role<param>}, %arg356: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block29.query", hocket.role = #hocket.role<param>}, %arg357: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block29.key", hocket.role = #hocket.role<param>}, %arg358: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block29.value", hocket.role = #hocket.role<param>}, %arg359: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block29.out", hocket.role = #hocket.role<param>}, %arg360: tensor<512xf32> {hocket.init = "ones", hocket.name = "block29.ln2.scale", hocket.role = #hocket.role<param>}, %arg361: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block29.ln2.bias", hocket.role = #hocket.role<param>}, %arg362: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block29.up", hocket.role = #hocket.role<param>}, %arg363: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block29.up.bias", hocket.role = #hocket.role<param>}, %arg364: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block29.down", hocket.role = #hocket.role<param>}, %arg365: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block29.down.bias", hocket.role = #hocket.role<param>}, %arg366: tensor<512xf32> {hocket.init = "ones", hocket.name = "block30.ln1.scale", hocket.role = #hocket.role<param>}, %arg367: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block30.ln1.bias", hocket.role = #hocket.role<param>}, %arg368: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block30.query", hocket.role = #hocket.role<param>}, %arg369: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block30.key", hocket.role = #hocket.role<param>}, %arg370: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block30.value", hocket.role = #hocket.role<param>}, %arg371: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block30.out", hocket.role = #hocket.role<param>}, %arg372: tensor<512xf32> {hocket.init = "ones", hocket.name = "block30.ln2.scale", hocket.role = #hocket.role<param>}, %arg373: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block30.ln2.bias", hocket.role = #hocket.role<param>}, %arg374: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block30.up", hocket.role = #hocket.role<param>}, %arg375: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block30.up.bias", hocket.role = #hocket.role<param>}, %arg376: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block30.down", hocket.role = #hocket.role<param>}, %arg377: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block30.down.bias", hocket.role = #hocket.role<param>}, %arg378: tensor<512xf32> {hocket.init = "ones", hocket.name = "block31.ln1.scale", hocket.role = #hocket.role<param>}, %arg379: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block31.ln1.bias", hocket.role = #hocket.role<param>}, %arg380: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block31.query", hocket.role = #hocket.role<param>}, %arg381: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block31.key", hocket.role = #hocket.role<param>}, %arg382: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block31.value", hocket.role = #hocket.role<param>}, %arg383: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block31.out", hocket.role = #hocket.role<param>}, %arg384: tensor<512xf32> {hocket.init = "ones", hocket.name = "block31.ln2.scale", hocket.role = #hocket.role<param>}, %arg385: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block31.ln2.bias", hocket.role = #hocket.role<param>}, %arg386: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block31.up", hocket.role = #hocket.role<param>}, %arg387: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block31.up.bias", hocket.role = #hocket.role<param>}, %arg388: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block31.down", hocket.role = #hocket.role<param>}, %arg389: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block31.down.bias", hocket.role = #hocket.role<param>}, %arg390: tensor<512xf32> {hocket.init = "ones", hocket.name = "block32.ln1.scale", hocket.role = #hocket.role<param>}, %arg391: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block32.ln1.bias", hocket.role = #hocket.role<param>}, %arg392: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block32.query", hocket.role = #hocket.role<param>}, %arg393: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block32.key", hocket.role = #hocket.role<param>}, %arg394: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block32.value", hocket.role = #hocket.role<param>}, %arg395: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block32.out", hocket.role = #hocket.role<param>}, %arg396: tensor<512xf32> {hocket.init = "ones", hocket.name = "block32.ln2.scale", hocket.role = #hocket.role<param>}, %arg397: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block32.ln2.bias", hocket.role = #hocket.role<param>}, %arg398: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block32.up", hocket.role = #hocket.role<param>}, %arg399: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block32.up.bias", hocket.role = #hocket.role<param>}, %arg400: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block32.down", hocket.role = #hocket.role<param>}, %arg401: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block32.down.bias", hocket.role = #hocket.role<param>}, %arg402: tensor<512xf32> {hocket.init = "ones", hocket.name = "block33.ln1.scale", hocket.role = #hocket.role<param>}, %arg403: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block33.ln1.bias", hocket.role = #hocket.role<param>}, %arg404: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block33.query", hocket.role = #hocket.role<param>}, %arg405: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block33.key", hocket.role = #hocket.role<param>}, %arg406: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block33.value", hocket.role = #hocket.role<param>}, %arg407: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block33.out", hocket.role = #hocket.role<param>}, %arg408: tensor<512xf32> {hocket.init = "ones", hocket.name = "block33.ln2.scale", hocket.role = #hocket.role<param>}, %arg409: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block33.ln2.bias", hocket.role = #hocket.role<param>}, %arg410: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block33.up", hocket.role = #hocket.role<param>}, %arg411: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block33.up.bias", hocket.role = #hocket.role<param>}, %arg412: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block33.down", hocket.role = #hocket.role<param>}, %arg413: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block33.down.bias", hocket.role = #hocket.role<param>}, %arg414: tensor<512xf32> {hocket.init = "ones", hocket.name = "block34.ln1.scale", hocket.role = #hocket.role<param>}, %arg415: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block34.ln1.bias", hocket.role = #hocket.role<param>}, %arg416: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block34.query", hocket.role = #hocket.role<param>}, %arg417: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block34.key", hocket.role = #hocket.role<param>}, %arg418: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block34.value", hocket.role = #hocket.role<param>}, %arg419: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block34.out", hocket.role = #hocket.role<param>}, %arg420: tensor<512xf32> {hocket.init = "ones", hocket.name = "block34.ln2.scale", hocket.role = #hocket.role<param>}, %arg421: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block34.ln2.bias", hocket.role = #hocket.role<param>}, %arg422: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block34.up", hocket.role = #hocket.role<param>}, %arg423: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block34.up.bias", hocket.role = #hocket.role<param>}, %arg424: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block34.down", hocket.role = #hocket.role<param>}, %arg425: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block34.down.bias", hocket.role = #hocket.role<param>}, %arg426: tensor<512xf32> {hocket.init = "ones", hocket.name = "block35.ln1.scale", hocket.role = #hocket.role<param>}, %arg427: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block35.ln1.bias", hocket.role = #hocket.role<param>}, %arg428: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block35.query", hocket.role = #hocket.role<param>}, %arg429: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block35.key", hocket.role = #hocket.role<param>}, %arg430: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block35.value", hocket.role = #hocket.role<param>}, %arg431: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block35.out", hocket.role = #hocket.role<param>}, %arg432: tensor<512xf32> {hocket.init = "ones", hocket.name = "block35.ln2.scale", hocket.role = #hocket.role<param>}, %arg433: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block35.ln2.bias", hocket.role = #hocket.role<param>}, %arg434: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block35.up", hocket.role = #hocket.role<param>}, %arg435: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block35.up.bias", hocket.role = #hocket.role<param>}, %arg436: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block35.down", hocket.role = #hocket.role<param>}, %arg437: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block35.down.bias", hocket.role = #hocket.role<param>}, %arg438: tensor<512xf32> {hocket.init = "ones", hocket.name = "block36.ln1.scale", hocket.role = #hocket.role<param>}, %arg439: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block36.ln1.bias", hocket.role = #hocket.role<param>}, %arg440: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block36.query", hocket.role = #hocket.role<param>}, %arg441: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block36.key", hocket.role = #hocket.role<param>}, %arg442: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block36.value", hocket.role = #hocket.role<param>}, %arg443: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block36.out", hocket.role = #hocket.role<param>}, %arg444: tensor<512xf32> {hocket.init = "ones", hocket.name = "block36.ln2.scale", hocket.role = #hocket.role<param>}, %arg445: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block36.ln2.bias", hocket.role = #hocket.role<param>}, %arg446: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block36.up", hocket.role = #hocket.role<param>}, %arg447: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block36.up.bias", hocket.role = #hocket.role<param>}, %arg448: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block36.down", hocket.role = #hocket.role<param>}, %arg449: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block36.down.bias", hocket.role = #hocket.role<param>}, %arg450: tensor<512xf32> {hocket.init = "ones", hocket.name = "block37.ln1.scale", hocket.role = #hocket.role<param>}, %arg451: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block37.ln1.bias", hocket.role = #hocket.role<param>}, %arg452: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block37.query", hocket.role = #hocket.role<param>}, %arg453: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block37.key", hocket.role = #hocket.role<param>}, %arg454: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block37.value", hocket.role = #hocket.role<param>}, %arg455: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block37.out", hocket.role = #hocket.role<param>}, %arg456: tensor<512xf32> {hocket.init = "ones", hocket.name = "block37.ln2.scale", hocket.role = #hocket.role<param>}, %arg457: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block37.ln2.bias", hocket.role = #hocket.role<param>}, %arg458: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block37.up", hocket.role = #hocket.role<param>}, %arg459: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block37.up.bias", hocket.role = #hocket.role<param>}, %arg460: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block37.down", hocket.role = #hocket.role<param>}, %arg461: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block37.down.bias", hocket.role = #hocket.role<param>}, %arg462: tensor<512xf32> {hocket.init = "ones", hocket.name = "block38.ln1.scale", hocket.role = #hocket.role<param>}, %arg463: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block38.ln1.bias", hocket.role = #hocket.role<param>}, %arg464: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block38.query", hocket.role = #hocket.role<param>}, %arg465: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block38.key", hocket.role = #hocket.role<param>}, %arg466: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block38.value", hocket.role = #hocket.role<param>}, %arg467: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block38.out", hocket.role = #hocket.role<param>}, %arg468: tensor<512xf32> {hocket.init = "ones", hocket.name = "block38.ln2.scale", hocket.role = #hocket.role<param>}, %arg469: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block38.ln2.bias", hocket.role = #hocket.role<param>}, %arg470: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block38.up", hocket.role = #hocket.role<param>}, %arg471: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block38.up.bias", hocket.role = #hocket.role<param>}, %arg472: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block38.down", hocket.role = #hocket.role<param>}, %arg473: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block38.down.bias", hocket.role = #hocket.role<param>}, %arg474: tensor<512xf32> {hocket.init = "ones", hocket.name = "block39.ln1.scale", hocket.role = #hocket.role<param>}, %arg475: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block39.ln1.bias", hocket.role = #hocket.role<param>}, %arg476: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block39.query", hocket.role = #hocket.role<param>}, %arg477: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block39.key", hocket.role = #hocket.role<param>}, %arg478: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block39.value", hocket.role = #hocket.role<param>}, %arg479: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block39.out", hocket.role = #hocket.role<param>}, %arg480: tensor<512xf32> {hocket.init = "ones", hocket.name = "block39.ln2.scale", hocket.role = #hocket.role<param>}, %arg481: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block39.ln2.bias", hocket.role = #hocket.role<param>}, %arg482: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block39.up", hocket.role = #hocket.role<param>}, %arg483: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block39.up.bias", hocket.role = #hocket.role<param>}, %arg484: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block39.down", hocket.role = #hocket.role<param>}, %arg485: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block39.down.bias", hocket.role = #hocket.role<param>}, %arg486: tensor<512xf32> {hocket.init = "ones", hocket.name = "block40.ln1.scale", hocket.role = #hocket.role<param>}, %arg487: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block40.ln1.bias", hocket.role = #hocket.role<param>}, %arg488: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block40.query", hocket.role = #hocket.role<param>}, %arg489: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block40.key", hocket.role = #hocket.role<param>}, %arg490: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block40.value", hocket.role = #hocket.role<param>}, %arg491: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block40.out", hocket.role = #hocket.role<param>}, %arg492: tensor<512xf32> {hocket.init = "ones", hocket.name = "block40.ln2.scale", hocket.role = #hocket.role<param>}, %arg493: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block40.ln2.bias", hocket.role = #hocket.role<param>}, %arg494: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block40.up", hocket.role = #hocket.role<param>}, %arg495: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block40.up.bias", hocket.role = #hocket.role<param>}, %arg496: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block40.down", hocket.role = #hocket.role<param>}, %arg497: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block40.down.bias", hocket.role = #hocket.role<param>}, %arg498: tensor<512xf32> {hocket.init = "ones", hocket.name = "block41.ln1.scale", hocket.role = #hocket.role<param>}, %arg499: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block41.ln1.bias", hocket.role = #hocket.role<param>}, %arg500: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block41.query", hocket.role = #hocket.role<param>}, %arg501: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block41.key", hocket.role = #hocket.role<param>}, %arg502: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block41.value", hocket.role = #hocket.role<param>}, %arg503: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block41.out", hocket.role = #hocket.role<param>}, %arg504: tensor<512xf32> {hocket.init = "ones", hocket.name = "block41.ln2.scale", hocket.role = #hocket.role<param>}, %arg505: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block41.ln2.bias", hocket.role = #hocket.role<param>}, %arg506: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block41.up", hocket.role = #hocket.role<param>}, %arg507: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block41.up.bias", hocket.role = #hocket.role<param>}, %arg508: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block41.down", hocket.role = #hocket.role<param>}, %arg509: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block41.down.bias", hocket.role = #hocket.role<param>}, %arg510: tensor<512xf32> {hocket.init = "ones", hocket.name = "block42.ln1.scale", hocket.role = #hocket.role<param>}, %arg511: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block42.ln1.bias", hocket.role = #hocket.role<param>}, %arg512: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block42.query", hocket.role = #hocket.role<param>}, %arg513: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block42.key", hocket.role = #hocket.role<param>}, %arg514: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block42.value", hocket.role = #hocket.role<param>}, %arg515: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block42.out", hocket.role = #hocket.role<param>}, %arg516: tensor<512xf32> {hocket.init = "ones", hocket.name = "block42.ln2.scale", hocket.role = #hocket.role<param>}, %arg517: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block42.ln2.bias", hocket.role = #hocket.role<param>}, %arg518: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block42.up", hocket.role = #hocket.role<param>}, %arg519: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block42.up.bias", hocket.role = #hocket.role<param>}, %arg520: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block42.down", hocket.role = #hocket.role<param>}, %arg521: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block42.down.bias", hocket.role = #hocket.role<param>}, %arg522: tensor<512xf32> {hocket.init = "ones", hocket.name = "block43.ln1.scale", hocket.role = #hocket.role<param>}, %arg523: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block43.ln1.bias", hocket.role = #hocket.role<param>}, %arg524: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block43.query", hocket.role = #hocket.role<param>}, %arg525: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block43.key", hocket.role = #hocket.role<param>}, %arg526: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block43.value", hocket.role = #hocket.role<param>}, %arg527: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block43.out", hocket.role = #hocket.role<param>}, %arg528: tensor<512xf32> {hocket.init = "ones", hocket.name = "block43.ln2.scale", hocket.role = #hocket.role<param>}, %arg529: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block43.ln2.bias", hocket.role = #hocket.role<param>}, %arg530: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block43.up", hocket.role = #hocket.role<param>}, %arg531: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block43.up.bias", hocket.role = #hocket.role<param>}, %arg532: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block43.down", hocket.role = #hocket.role<param>}, %arg533: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block43.down.bias", hocket.role = #hocket.role<param>}, %arg534: tensor<512xf32> {hocket.init = "ones", hocket.name = "block44.ln1.scale", hocket.role = #hocket.role<param>}, %arg535: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block44.ln1.bias", hocket.role = #hocket.role<param>}, %arg536: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block44.query", hocket.role = #hocket.role<param>}, %arg537: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block44.key", hocket.role = #hocket.role<param>}, %arg538: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block44.value", hocket.role = #hocket.role<param>}, %arg539: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block44.out", hocket.role = #hocket.role<param>}, %arg540: tensor<512xf32> {hocket.init = "ones", hocket.name = "block44.ln2.scale", hocket.role = #hocket.role<param>}, %arg541: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block44.ln2.bias", hocket.role = #hocket.role<param>}, %arg542: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block44.up", hocket.role = #hocket.role<param>}, %arg543: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block44.up.bias", hocket.role = #hocket.role<param>}, %arg544: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block44.down", hocket.role = #hocket.role<param>}, %arg545: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block44.down.bias", hocket.role = #hocket.role<param>}, %arg546: tensor<512xf32> {hocket.init = "ones", hocket.name = "block45.ln1.scale", hocket.role = #hocket.role<param>}, %arg547: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block45.ln1.bias", hocket.role = #hocket.role<param>}, %arg548: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block45.query", hocket.role = #hocket.role<param>}, %arg549: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block45.key", hocket.role = #hocket.role<param>}, %arg550: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block45.value", hocket.role = #hocket.role<param>}, %arg551: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block45.out", hocket.role = #hocket.role<param>}, %arg552: tensor<512xf32> {hocket.init = "ones", hocket.name = "block45.ln2.scale", hocket.role = #hocket.role<param>}, %arg553: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block45.ln2.bias", hocket.role = #hocket.role<param>}, %arg554: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block45.up", hocket.role = #hocket.role<param>}, %arg555: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block45.up.bias", hocket.role = #hocket.role<param>}, %arg556: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block45.down", hocket.role = #hocket.role<param>}, %arg557: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block45.down.bias", hocket.role = #hocket.role<param>}, %arg558: tensor<512xf32> {hocket.init = "ones", hocket.name = "block46.ln1.scale", hocket.role = #hocket.role<param>}, %arg559: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block46.ln1.bias", hocket.role = #hocket.role<param>}, %arg560: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block46.query", hocket.role = #hocket.role<param>}, %arg561: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block46.key", hocket.role = #hocket.role<param>}, %arg562: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block46.value", hocket.role = #hocket.role<param>}, %arg563: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block46.out", hocket.role = #hocket.role<param>}, %arg564: tensor<512xf32> {hocket.init = "ones", hocket.name = "block46.ln2.scale", hocket.role = #hocket.role<param>}, %arg565: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block46.ln2.bias", hocket.role = #hocket.role<param>}, %arg566: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block46.up", hocket.role = #hocket.role<param>}, %arg567: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block46.up.bias", hocket.role = #hocket.role<param>}, %arg568: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block46.down", hocket.role = #hocket.role<param>}, %arg569: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block46.down.bias", hocket.role = #hocket.role<param>}, %arg570: tensor<512xf32> {hocket.init = "ones", hocket.name = "block47.ln1.scale", hocket.role = #hocket.role<param>}, %arg571: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block47.ln1.bias", hocket.role = #hocket.role<param>}, %arg572: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block47.query", hocket.role = #hocket.role<param>}, %arg573: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block47.key", hocket.role = #hocket.role<param>}, %arg574: tensor<512x512xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block47.value", hocket.role = #hocket.role<param>}, %arg575: tensor<512x512xf32> {hocket.init = "normal(0.00451055)", hocket.name = "block47.out", hocket.role = #hocket.role<param>}, %arg576: tensor<512xf32> {hocket.init = "ones", hocket.name = "block47.ln2.scale", hocket.role = #hocket.role<param>}, %arg577: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block47.ln2.bias", hocket.role = #hocket.role<param>}, %arg578: tensor<512x2048xf32> {hocket.init = "normal(0.0441942)", hocket.name = "block47.up", hocket.role = #hocket.role<param>}, %arg579: tensor<2048xf32> {hocket.init = "zeros", hocket.name = "block47.up.bias", hocket.role = #hocket.role<param>}, %arg580: tensor<2048x512xf32> {hocket.init = "normal(0.00225527)", hocket.name = "block47.down", hocket.role = #hocket.role<param>}, %arg581: tensor<512xf32> {hocket.init = "zeros", hocket.name = "block47.down.bias", hocket.role = #hocket.role<param>}, %arg582: tensor<512xf32> {hocket.init = "ones", hocket.name = "ln.scale", hocket.role = #hocket.role<param>}, %arg583: tensor<512xf32> {hocket.init = "zeros", hocket.name = "ln.bias", hocket.role = #hocket.role<param>}, %arg584: tensor<512x256xf32> {hocket.init = "normal(0.02)", hocket.name = "head", hocket.role = #hocket.role<param>}) -> (tensor<f32>, tensor<f32>) {
    %0 = call @embed(%arg0, %arg2, %arg4, %arg5) : (tensor<?xi32>, tensor<?xi32>, tensor<256x512xf32>, tensor<256x512xf32>) -> tensor<?x512xf32>
    %1 = call @block(%0, %arg3, %arg6, %arg7, %arg8, %arg9, %arg10, %arg11, %arg12, %arg13, %arg14, %arg15, %arg16, %arg17) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %2 = call @block(%1, %arg3, %arg18, %arg19, %arg20, %arg21, %arg22, %arg23, %arg24, %arg25, %arg26, %arg27, %arg28, %arg29) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %3 = call @block(%2, %arg3, %arg30, %arg31, %arg32, %arg33, %arg34, %arg35, %arg36, %arg37, %arg38, %arg39, %arg40, %arg41) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %4 = call @block(%3, %arg3, %arg42, %arg43, %arg44, %arg45, %arg46, %arg47, %arg48, %arg49, %arg50, %arg51, %arg52, %arg53) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %5 = call @block(%4, %arg3, %arg54, %arg55, %arg56, %arg57, %arg58, %arg59, %arg60, %arg61, %arg62, %arg63, %arg64, %arg65) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %6 = call @block(%5, %arg3, %arg66, %arg67, %arg68, %arg69, %arg70, %arg71, %arg72, %arg73, %arg74, %arg75, %arg76, %arg77) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %7 = call @block(%6, %arg3, %arg78, %arg79, %arg80, %arg81, %arg82, %arg83, %arg84, %arg85, %arg86, %arg87, %arg88, %arg89) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %8 = call @block(%7, %arg3, %arg90, %arg91, %arg92, %arg93, %arg94, %arg95, %arg96, %arg97, %arg98, %arg99, %arg100, %arg101) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %9 = call @block(%8, %arg3, %arg102, %arg103, %arg104, %arg105, %arg106, %arg107, %arg108, %arg109, %arg110, %arg111, %arg112, %arg113) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %10 = call @block(%9, %arg3, %arg114, %arg115, %arg116, %arg117, %arg118, %arg119, %arg120, %arg121, %arg122, %arg123, %arg124, %arg125) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %11 = call @block(%10, %arg3, %arg126, %arg127, %arg128, %arg129, %arg130, %arg131, %arg132, %arg133, %arg134, %arg135, %arg136, %arg137) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %12 = call @block(%11, %arg3, %arg138, %arg139, %arg140, %arg141, %arg142, %arg143, %arg144, %arg145, %arg146, %arg147, %arg148, %arg149) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %13 = call @block(%12, %arg3, %arg150, %arg151, %arg152, %arg153, %arg154, %arg155, %arg156, %arg157, %arg158, %arg159, %arg160, %arg161) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %14 = call @block(%13, %arg3, %arg162, %arg163, %arg164, %arg165, %arg166, %arg167, %arg168, %arg169, %arg170, %arg171, %arg172, %arg173) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %15 = call @block(%14, %arg3, %arg174, %arg175, %arg176, %arg177, %arg178, %arg179, %arg180, %arg181, %arg182, %arg183, %arg184, %arg185) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %16 = call @block(%15, %arg3, %arg186, %arg187, %arg188, %arg189, %arg190, %arg191, %arg192, %arg193, %arg194, %arg195, %arg196, %arg197) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %17 = call @block(%16, %arg3, %arg198, %arg199, %arg200, %arg201, %arg202, %arg203, %arg204, %arg205, %arg206, %arg207, %arg208, %arg209) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %18 = call @block(%17, %arg3, %arg210, %arg211, %arg212, %arg213, %arg214, %arg215, %arg216, %arg217, %arg218, %arg219, %arg220, %arg221) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %19 = call @block(%18, %arg3, %arg222, %arg223, %arg224, %arg225, %arg226, %arg227, %arg228, %arg229, %arg230, %arg231, %arg232, %arg233) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %20 = call @block(%19, %arg3, %arg234, %arg235, %arg236, %arg237, %arg238, %arg239, %arg240, %arg241, %arg242, %arg243, %arg244, %arg245) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %21 = call @block(%20, %arg3, %arg246, %arg247, %arg248, %arg249, %arg250, %arg251, %arg252, %arg253, %arg254, %arg255, %arg256, %arg257) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %22 = call @block(%21, %arg3, %arg258, %arg259, %arg260, %arg261, %arg262, %arg263, %arg264, %arg265, %arg266, %arg267, %arg268, %arg269) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %23 = call @block(%22, %arg3, %arg270, %arg271, %arg272, %arg273, %arg274, %arg275, %arg276, %arg277, %arg278, %arg279, %arg280, %arg281) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %24 = call @block(%23, %arg3, %arg282, %arg283, %arg284, %arg285, %arg286, %arg287, %arg288, %arg289, %arg290, %arg291, %arg292, %arg293) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %25 = call @block(%24, %arg3, %arg294, %arg295, %arg296, %arg297, %arg298, %arg299, %arg300, %arg301, %arg302, %arg303, %arg304, %arg305) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %26 = call @block(%25, %arg3, %arg306, %arg307, %arg308, %arg309, %arg310, %arg311, %arg312, %arg313, %arg314, %arg315, %arg316, %arg317) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %27 = call @block(%26, %arg3, %arg318, %arg319, %arg320, %arg321, %arg322, %arg323, %arg324, %arg325, %arg326, %arg327, %arg328, %arg329) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %28 = call @block(%27, %arg3, %arg330, %arg331, %arg332, %arg333, %arg334, %arg335, %arg336, %arg337, %arg338, %arg339, %arg340, %arg341) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %29 = call @block(%28, %arg3, %arg342, %arg343, %arg344, %arg345, %arg346, %arg347, %arg348, %arg349, %arg350, %arg351, %arg352, %arg353) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %30 = call @block(%29, %arg3, %arg354, %arg355, %arg356, %arg357, %arg358, %arg359, %arg360, %arg361, %arg362, %arg363, %arg364, %arg365) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %31 = call @block(%30, %arg3, %arg366, %arg367, %arg368, %arg369, %arg370, %arg371, %arg372, %arg373, %arg374, %arg375, %arg376, %arg377) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %32 = call @block(%31, %arg3, %arg378, %arg379, %arg380, %arg381, %arg382, %arg383, %arg384, %arg385, %arg386, %arg387, %arg388, %arg389) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %33 = call @block(%32, %arg3, %arg390, %arg391, %arg392, %arg393, %arg394, %arg395, %arg396, %arg397, %arg398, %arg399, %arg400, %arg401) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %34 = call @block(%33, %arg3, %arg402, %arg403, %arg404, %arg405, %arg406, %arg407, %arg408, %arg409, %arg410, %arg411, %arg412, %arg413) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %35 = call @block(%34, %arg3, %arg414, %arg415, %arg416, %arg417, %arg418, %arg419, %arg420, %arg421, %arg422, %arg423, %arg424, %arg425) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %36 = call @block(%35, %arg3, %arg426, %arg427, %arg428, %arg429, %arg430, %arg431, %arg432, %arg433, %arg434, %arg435, %arg436, %arg437) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %37 = call @block(%36, %arg3, %arg438, %arg439, %arg440, %arg441, %arg442, %arg443, %arg444, %arg445, %arg446, %arg447, %arg448, %arg449) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %38 = call @block(%37, %arg3, %arg450, %arg451, %arg452, %arg453, %arg454, %arg455, %arg456, %arg457, %arg458, %arg459, %arg460, %arg461) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %39 = call @block(%38, %arg3, %arg462, %arg463, %arg464, %arg465, %arg466, %arg467, %arg468, %arg469, %arg470, %arg471, %arg472, %arg473) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %40 = call @block(%39, %arg3, %arg474, %arg475, %arg476, %arg477, %arg478, %arg479, %arg480, %arg481, %arg482, %arg483, %arg484, %arg485) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %41 = call @block(%40, %arg3, %arg486, %arg487, %arg488, %arg489, %arg490, %arg491, %arg492, %arg493, %arg494, %arg495, %arg496, %arg497) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %42 = call @block(%41, %arg3, %arg498, %arg499, %arg500, %arg501, %arg502, %arg503, %arg504, %arg505, %arg506, %arg507, %arg508, %arg509) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %43 = call @block(%42, %arg3, %arg510, %arg511, %arg512, %arg513, %arg514, %arg515, %arg516, %arg517, %arg518, %arg519, %arg520, %arg521) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %44 = call @block(%43, %arg3, %arg522, %arg523, %arg524, %arg525, %arg526, %arg527, %arg528, %arg529, %arg530, %arg531, %arg532, %arg533) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %45 = call @block(%44, %arg3, %arg534, %arg535, %arg536, %arg537, %arg538, %arg539, %arg540, %arg541, %arg542, %arg543, %arg544, %arg545) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %46 = call @block(%45, %arg3, %arg546, %arg547, %arg548, %arg549, %arg550, %arg551, %arg552, %arg553, %arg554, %arg555, %arg556, %arg557) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %47 = call @block(%46, %arg3, %arg558, %arg559, %arg560, %arg561, %arg562, %arg563, %arg564, %arg565, %arg566, %arg567, %arg568, %arg569) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %48 = call @block(%47, %arg3, %arg570, %arg571, %arg572, %arg573, %arg574, %arg575, %arg576, %arg577, %arg578, %arg579, %arg580, %arg581) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512x512xf32>, tensor<512xf32>, tensor<512xf32>, tensor<512x2048xf32>, tensor<2048xf32>, tensor<2048x512xf32>, tensor<512xf32>) -> tensor<?x512xf32>
    %49:2 = call @head(%48, %arg1, %arg582, %arg583, %arg584) : (tensor<?x512xf32>, tensor<?xi32>, tensor<512xf32>, tensor<512xf32>, tensor<512x256xf32>) -> (tensor<f32>, tensor<f32>)
    return %49#0, %49#1 : tensor<f32>, tensor<f32>
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

