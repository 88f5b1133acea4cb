//===- NativeCode.cpp - LLVM IR to a shared object ------------------------===//

#include "NativeCode.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/Transforms/Utils/Cloning.h"

using namespace hocket;

namespace {

/// Extensions that a loader can look for by the same name.
constexpr const char *kCheckedFeatures[] = {
    "sse3",       "ssse3",      "sse4.1",       "sse4.2",
    "popcnt",     "lzcnt",      "movbe",        "bmi",
    "bmi2",       "avx",        "avx2",         "fma",
    "f16c",       "gfni",       "avx512f",      "avx512bw",
    "avx512cd",   "avx512dq",   "avx512vl",     "avx512ifma",
    "avx512vbmi", "avx512vnni", "avx512bitalg", "avx512vpopcntdq",
    "avx512bf16", "avx512fp16", "avx512vbmi2",
};

Result<std::unique_ptr<llvm::TargetMachine>>
createMachine(const hocket::TargetOptions &target) {
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  llvm::Triple triple(llvm::sys::getProcessTriple());
  std::string message;
  const llvm::Target *backend =
      llvm::TargetRegistry::lookupTarget(triple, message);
  if (!backend)
    return Error(ErrorCode::InvalidArgument, message);

  bool isNative = target.cpu == "native";
  std::string name = isNative ? llvm::sys::getHostCPUName().str() : target.cpu;
  llvm::SmallVector<std::string> features;
  if (isNative)
    for (const auto &feature : llvm::sys::getHostCPUFeatures())
      features.push_back((feature.second ? "+" : "-") + feature.first().str());
  llvm::sort(features);
  if (!target.features.empty())
    features.push_back(target.features); // the later ones win
  llvm::TargetOptions options;
  // A multiplication and an addition may become one instruction.
  options.AllowFPOpFusion = llvm::FPOpFusion::Fast;
  std::unique_ptr<llvm::TargetMachine> machine(
      backend->createTargetMachine(triple, "", "", options, llvm::Reloc::PIC_));
  if (!machine->getMCSubtargetInfo()->isCPUStringValid(name))
    return Error(ErrorCode::InvalidArgument,
                 "LLVM knows no processor '" + name + "' for " + triple.str() +
                     "; `llc-22 -mcpu=help` lists them");
  machine.reset(backend->createTargetMachine(
      triple, name, llvm::join(features, ","), options, llvm::Reloc::PIC_,
      std::nullopt,
      llvm::CodeGenOpt::getLevel(int(target.optLevel))
          .value_or(llvm::CodeGenOptLevel::Aggressive)));
  return machine;
}

void optimize(llvm::Module &module, llvm::TargetMachine &machine,
              unsigned level) {
  bool hasWideVectors = machine.getMCSubtargetInfo()->checkFeatures("+avx512f");
  for (llvm::Function &function : module) {
    function.addFnAttr("target-cpu", machine.getTargetCPU());
    function.addFnAttr("target-features", machine.getTargetFeatureString());
    // The vectors of 16 floats are meant as one register.
    if (hasWideVectors) {
      function.addFnAttr("prefer-vector-width", "512");
      function.addFnAttr("min-legal-vector-width", "512");
    }
  }
  const llvm::OptimizationLevel levels[] = {
      llvm::OptimizationLevel::O0, llvm::OptimizationLevel::O1,
      llvm::OptimizationLevel::O2, llvm::OptimizationLevel::O3};
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder(&machine);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  llvm::OptimizationLevel chosen = levels[std::min(level, 3u)];
  (level == 0 ? builder.buildO0DefaultPipeline(chosen)
              : builder.buildPerModuleDefaultPipeline(chosen))
      .run(module, modules);
}

Result<std::string> emit(llvm::Module &module, llvm::TargetMachine &machine,
                         llvm::CodeGenFileType kind) {
  llvm::SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream stream(bytes);
  llvm::legacy::PassManager emission;
  if (machine.addPassesToEmitFile(emission, stream, nullptr, kind))
    return Error(ErrorCode::InvalidArgument,
                 "LLVM cannot write object files for " +
                     machine.getTargetTriple().str());
  emission.run(module);
  return std::string(bytes.begin(), bytes.end());
}

Result<std::string> link(llvm::StringRef object) {
  llvm::SmallString<128> objectPath, imagePath;
  if (llvm::sys::fs::createTemporaryFile("hocket", "o", objectPath) ||
      llvm::sys::fs::createTemporaryFile("hocket", "so", imagePath))
    return Error(ErrorCode::Io, "cannot make temporary files");
  llvm::FileRemover objectRemover(objectPath), imageRemover(imagePath);
  {
    std::error_code code;
    llvm::raw_fd_ostream file(objectPath, code);
    file << object;
    file.close();
    if (code || file.has_error())
      return Error(ErrorCode::Io,
                   "cannot write '" + objectPath.str().str() + "'");
  }
  std::string linker;
  for (const char *name : {"ld.lld-22", "ld.lld", "ld"})
    if (llvm::ErrorOr<std::string> found = llvm::sys::findProgramByName(name)) {
      linker = *found;
      break;
    }
  if (linker.empty())
    return Error(ErrorCode::Io,
                 "no linker found: neither ld.lld-22, ld.lld nor ld is on "
                 "PATH; install lld-22");
  std::string message;
  if (llvm::sys::ExecuteAndWait(linker,
                                {linker, "-shared", "-Bsymbolic", "-z",
                                 "noexecstack", "--build-id=none", "-o",
                                 imagePath, objectPath},
                                std::nullopt, {}, 0, 0, &message) != 0)
    return Error(ErrorCode::Io, "'" + linker + "' failed" +
                                    (message.empty() ? "" : ": " + message));
  auto image = llvm::MemoryBuffer::getFile(imagePath);
  if (!image)
    return Error(ErrorCode::Io, "cannot read what '" + linker + "' wrote");
  return (*image)->getBuffer().str();
}

} // namespace

Result<runtime::KernelImage>
hocket::emitSharedObject(llvm::Module &module, const TargetOptions &options) {
  Result<std::unique_ptr<llvm::TargetMachine>> created = createMachine(options);
  if (!created)
    return created.error();
  llvm::TargetMachine &machine = **created;
  module.setDataLayout(machine.createDataLayout());
  module.setTargetTriple(machine.getTargetTriple());
  optimize(module, machine, options.optLevel);
  if (options.llvmIR) {
    llvm::raw_string_ostream stream(*options.llvmIR);
    module.print(stream, nullptr);
  }
  if (options.assembly) {
    // Emission changes the module.
    std::unique_ptr<llvm::Module> copy = llvm::CloneModule(module);
    Result<std::string> text =
        emit(*copy, machine, llvm::CodeGenFileType::AssemblyFile);
    if (!text)
      return text.error();
    *options.assembly = std::move(*text);
  }
  Result<std::string> object =
      emit(module, machine, llvm::CodeGenFileType::ObjectFile);
  if (!object)
    return object.error();
  Result<std::string> image = link(*object);
  if (!image)
    return image.error();

  runtime::KernelImage result;
  result.triple = machine.getTargetTriple().str();
  result.cpu = machine.getTargetCPU().str();
  for (const char *feature : kCheckedFeatures)
    if (machine.getMCSubtargetInfo()->checkFeatures(std::string("+") + feature))
      result.features.push_back(feature);
  result.bytes = std::move(*image);
  return result;
}
