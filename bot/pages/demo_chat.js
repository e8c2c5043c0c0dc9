// The chat page as one of the demo's phones: its session is handed over in the address, by the page around it. A union's page has
// no such way in (page.js), and is never served this file.

import { begin } from "./chat.js";
import { Session } from "./session.js";

const given = new URLSearchParams(location.hash.slice(1));
history.replaceState(null, "", location.pathname);
// The window's name outlives a reload, which the cleared fragment does not. Frames share one store: each keeps its own part.
if (given.has("khung")) window.name = `khung-${given.get("khung")}`;
const session = new Session(`tin-nhan.${window.name}`);
if (given.has("phien")) session.adopt(given.get("phien"));
document.documentElement.classList.add("framed");
// Its person has been greeted, the story has begun; but not in this page, where another one had the messages first.
const again = given.has("lai") && !session.state.log.length;
begin(session, again ? given.get("lai") : "", !again);
