// Files: from this device to the union's server, before a message names them; and those that an officer is shown.
//
// A pass goes along in a header (never the session itself), so nothing of it is in an address. A file's name stays here: the
// server is not told.

import { say } from "./words.js";

const MB = 1024 * 1024;
const MOST = { photo: 10, document: 20, voice: 10 };
const TRIES = 3;

export function kindOf(file) {
  if (file.type.startsWith("image/")) return "photo";
  return file.type.startsWith("audio/") ? "voice" : "document";
}

// Why a file need not even be sent; empty when it may be.
export function tooLarge(file) {
  const most = MOST[kindOf(file)];
  return file.size > most * MB ? say("fileLarge", most) : "";
}

// The id under which the server has it. Throws the words that say why it has not.
export async function upload(file, pass) {
  for (let attempt = 1; ; attempt += 1) {
    let answer;
    try {
      answer = await fetch(`/chat/files?kind=${kindOf(file)}`, { method: "POST", body: file, headers: bearer(pass()) });
    } catch { /* no network: tried again */ }
    if (answer?.ok) return (await answer.json()).upload;
    if (answer?.status === 403) throw say("fileJoin");
    if (answer?.status === 413) throw say("fileLarge", MOST[kindOf(file)]);
    if (attempt >= TRIES) throw say("fileLost");
    await new Promise((done) => setTimeout(done, 1500 * attempt));
  }
}

// What stands under a message with an attachment: a button, and the attachment once it was tapped. Not loaded by itself: a
// screen may be read by others, and the right to see it is asked when it is opened.
export function shown(media, pass) {
  const box = document.createElement("div");
  box.className = "media";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "open";
  button.textContent = say("fileOpen", media.name);
  button.onclick = async () => {
    button.disabled = true;
    try {
      const answer = await fetch(`/chat/media/${media.case_id}/${media.id}`, { headers: bearer(pass()) });
      if (!answer.ok) throw new Error(answer.status);
      box.replaceChildren(opened(media, URL.createObjectURL(await answer.blob())));
    } catch {
      button.disabled = false;
      button.textContent = say("fileClosed", media.name);
    }
  };
  box.append(button);
  return box;
}

function opened(media, address) {
  if (media.kind === "photo") {
    const image = document.createElement("img");
    image.src = address;
    image.alt = media.name;
    return image;
  }
  if (media.kind === "voice") {
    const sound = document.createElement("audio");
    sound.controls = true;
    sound.src = address;
    sound.setAttribute("aria-label", media.name);
    return sound;
  }
  const link = document.createElement("a");
  link.href = address;
  link.download = media.name;
  link.textContent = say("fileKeep", media.name);
  queueMicrotask(() => link.click());
  return link;
}

function bearer(pass) {
  return { Authorization: `Bearer ${pass}` };
}
