/** The page's worker: the engine, the network, and all that takes time. @module */
import { expose } from "comlink";
import { PageReader } from "./page_reader.ts";

expose(new PageReader());
