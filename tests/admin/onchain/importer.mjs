// Prints the CID that ipfs-unixfs-importer gives each file named on the command line.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [folder, ...files] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(`${folder}/node_modules/${name}/dist/src/index.js`));
const { importBytes } = await load("ipfs-unixfs-importer");
const { fixedSize } = await import(
  pathToFileURL(`${folder}/node_modules/ipfs-unixfs-importer/dist/src/chunker/index.js`)
);
const { MemoryBlockstore } = await load("blockstore-core");
const { balanced } = await import(
  pathToFileURL(`${folder}/node_modules/ipfs-unixfs-importer/dist/src/layout/index.js`)
);

for (const file of files) {
  const options = {
    cidVersion: 1,
    rawLeaves: true,
    reduceSingleLeafToSelf: true,
    chunker: fixedSize({ chunkSize: 262144 }),
    layout: balanced({ maxChildrenPerNode: 174 }),
  };
  const { cid } = await importBytes(readFileSync(file), new MemoryBlockstore(), options);
  console.log(cid.toString());
}
