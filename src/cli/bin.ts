#!/usr/bin/env node
import { start } from "./main";

void start(process);
