// The least that a script started by npm through tsx can do: load the driver. TypeScript, since tsx is part of it.
import * as mysql from "mysql2";

if (typeof mysql.createConnection !== "function") process.exitCode = 1;
