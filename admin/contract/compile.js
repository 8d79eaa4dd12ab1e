// Compiles a contract beside it, prints ABI and bytecode: node compile.js FOLDER_WITH_NODE_MODULES NAME.
// With a third argument, the compiler's whole input goes into that file, as explorers want it.
const fs = require("fs");
const path = require("path");

const modules = path.resolve(process.argv[2], "node_modules");
const solc = require(path.join(modules, "solc"));

const made = process.argv[3];
const name = `${made}.sol`;
const settings = {
  evmVersion: "paris", // runs on every chain that OpenSea lists
  optimizer: { enabled: true, runs: 200 },
  metadata: { bytecodeHash: "none", appendCBOR: false }, // the same bytes wherever it is compiled
  outputSelection: { [name]: { [made]: ["abi", "evm.bytecode.object"] } },
};
const input = {
  language: "Solidity",
  sources: { [name]: { content: fs.readFileSync(path.join(__dirname, name), "utf8") } },
  settings,
};
const sources = { ...input.sources };
const found = (file) => {
  const at = path.join(modules, file);
  if (!fs.existsSync(at)) return { error: "not found" };
  sources[file] = { content: fs.readFileSync(at, "utf8") };
  return { contents: sources[file].content };
};

const output = JSON.parse(solc.compile(JSON.stringify(input), { import: found }));
for (const each of output.errors ?? []) process.stderr.write(each.formattedMessage);
const contract = output.contracts?.[name]?.[made];
if (!contract) process.exit(1);
if (process.argv[4]) {
  fs.writeFileSync(process.argv[4], JSON.stringify({ ...input, sources }));
}
const { version } = require(path.join(modules, "@openzeppelin/contracts/package.json"));
const artifact = {
  contract: made,
  compiler: solc.version(),
  openzeppelin: version,
  settings: { ...settings, outputSelection: undefined },
  abi: contract.abi,
  bytecode: "0x" + contract.evm.bytecode.object,
};
process.stdout.write(JSON.stringify(artifact, null, 1) + "\n");
