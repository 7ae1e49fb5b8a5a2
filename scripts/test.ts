import { main } from "../test/support/run-tests";

void main(process.argv.slice(2));
