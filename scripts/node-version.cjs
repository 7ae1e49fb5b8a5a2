// Says in one line that this Node is too old, before anything is loaded that such a Node cannot even read. Written in the language
// of the oldest.

/**
 * Why this Node will not do, in one line; null when it will. Its text goes into the built entry points as well, so it uses
 * nothing from outside.
 */
function whyTooOld(version) {
  var needed = 20;
  if (Number(version.split(".")[0]) >= needed) return null;
  return `mysql-updown needs Node ${needed} or later, and this is Node ${version}: ${process.execPath}`;
}

var why = whyTooOld(process.versions.node);
if (why !== null) {
  console.error(why);
  process.exit(2);
}

module.exports = { whyTooOld: whyTooOld };
