// The npm scripts' mysql-updown. What `npm run build` made starts about 100 ms sooner, and is run whenever it is of the
// sources as they are; otherwise tsx runs the sources. Plain JavaScript, since it decides whether tsx is needed.
require("./node-version.cjs");
const { isBuilt } = require("./sources.cjs");

if (isBuilt()) require("../dist/bin.js");
else if (hasTsx()) {
  require("tsx/cjs");
  require("../src/cli/bin.ts");
} else {
  console.error(
    "dist/ is not built of the sources in src/, and tsx is missing: npm install, or npm run build.",
  );
  process.exitCode = 2;
}

function hasTsx() {
  try {
    return require.resolve("tsx/cjs") !== "";
  } catch {
    return false;
  }
}
