# hocket_add_library(NAME sources... [DEPENDS targets...] [LINK targets...] [MLIR])
#
# A static, position-independent library. MLIR links LLVM's and MLIR's shared
# libraries; without it the library is plain C++ and must stay so.
function(hocket_add_library name)
  cmake_parse_arguments(ARG "MLIR" "" "DEPENDS;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  target_include_directories(${name} PUBLIC
    ${PROJECT_SOURCE_DIR}/include ${PROJECT_BINARY_DIR})
  target_link_libraries(${name} PUBLIC ${ARG_LINK})
  if(ARG_DEPENDS)
    add_dependencies(${name} ${ARG_DEPENDS})
  endif()
  if(ARG_MLIR)
    target_include_directories(${name} SYSTEM PUBLIC
      ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})
    target_link_libraries(${name} PUBLIC MLIR LLVM)
    if(NOT LLVM_ENABLE_ASSERTIONS)
      # In debug builds too: LLVM's classes have members that depend on it.
      target_compile_definitions(${name} PUBLIC NDEBUG)
    endif()
  endif()
endfunction()

# hocket_add_passes(NAME sources... [LINK targets...])
#
# The passes of one folder with its Passes.td; the generated file is included
# as "passes/<folder>/Passes.h.inc".
function(hocket_add_passes name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  set(LLVM_TARGET_DEFINITIONS Passes.td)
  mlir_tablegen(Passes.h.inc -gen-pass-decls -name=${name})
  add_public_tablegen_target(${name}IncGen)
  hocket_add_library(${name} ${ARG_UNPARSED_ARGUMENTS}
    DEPENDS ${name}IncGen HocketDialectIncGen PlanDialectIncGen
    LINK ${ARG_LINK} MLIR)
endfunction()
