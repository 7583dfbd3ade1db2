// node-x12 over one file: `stream` gives segments as they come, `objects` the whole file as objects.

import fs from "node:fs";
import { createRequire } from "node:module";

// It is installed elsewhere than this file stands.
const [job, path, installed] = process.argv.slice(2);
const { X12Parser } = createRequire(installed)("node-x12");

if (job === "stream") {
  let [segments, claims] = [0, 0];
  // A strict one takes the begin of every chunk for an ISA that is not as it should be.
  const parser = new X12Parser(false);
  fs.createReadStream(path)
    .pipe(parser)
    .on("data", (segment) => {
      segments += 1;
      claims += segment.tag === "CLM" ? 1 : 0;
    })
    .on("end", () => console.log(`${segments} segments, ${claims} claims`));
} else {
  const interchange = new X12Parser(true).parse(fs.readFileSync(path, "utf8"));
  const sets = interchange.functionalGroups.flatMap((group) => group.transactions);
  // Headers and trailers are not among the segments.
  const around = 2 + 2 * interchange.functionalGroups.length + 2 * sets.length;
  const inside = sets.flatMap((set) => set.segments);
  const claims = inside.filter((segment) => segment.tag === "CLM");
  console.log(`${around + inside.length} segments, ${claims.length} claims`);
}
