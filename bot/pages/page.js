// The chat page of a union.

import { begin } from "./chat.js";
import { Session, takeCode } from "./session.js";

begin(new Session(), takeCode());
