import assert from "node:assert/strict";
import { test } from "node:test";
import { privilegesOn } from "../../src/schema/privileges";

const CASES: readonly (readonly [name: string, grant: string, held: readonly string[]])[] = [
  ["everywhere", "GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost` WITH GRANT OPTION", ["ALL PRIVILEGES"]],
  ["this database", "GRANT SELECT, SHOW VIEW ON `shop_1`.* TO `r`@`%`", ["SELECT", "SHOW VIEW"]],
  ["escaped", "GRANT TRIGGER ON `shop\\_1`.* TO `r`@`%`", ["TRIGGER"]],
  ["by pattern", "GRANT EVENT ON `shop%`.* TO `r`@`%`", ["EVENT"]],
  ["another database", "GRANT EVENT ON `other`.* TO `r`@`%`", []],
  ["one table", "GRANT TRIGGER ON `shop_1`.`t` TO `r`@`%`", []],
  ["columns", "GRANT SELECT (`a`) ON `shop_1`.* TO `r`@`%`", ["SELECT (`A`)"]],
  ["a role", "GRANT `reader`@`%` TO `r`@`%`", []],
  ["with password", "GRANT USAGE ON *.* TO `r`@`%` IDENTIFIED BY PASSWORD '*1'", ["USAGE"]],
  ["a proxy", "GRANT PROXY ON ''@'%' TO 'root'@'localhost' WITH GRANT OPTION", []],
];

for (const [name, grant, held] of CASES) {
  test(`privileges on a database: ${name}`, () => {
    assert.deepEqual(privilegesOn("shop_1", grant), held);
  });
}
