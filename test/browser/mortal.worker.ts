/** Our worker, but it ends itself when it is asked for the method that is its name; `start` ends it at once. */
import "./mortality.js";
import "../../workers/chunk.worker.js";
