import { start } from "../src/cli/start";

void start(process);
