// What the page itself says. Messages are composed by the service, in the language the person has chosen there.

const WORDS = {
  vi: {
    skip: "Đến ô nhập tin",
    connecting: "Đang kết nối…",
    open: "Đã kết nối",
    lost: "Mất mạng – sẽ tự nối lại",
    elsewhere: "Đang mở ở trang khác – chạm để nối lại",
    over: "Đã kết thúc",
    hide: "Ẩn nhanh",
    more: "Cài đặt trang này",
    ends: "Đóng trang là kết thúc phiên trò chuyện.",
    stays: "Phiên được giữ trên máy này. Máy dùng chung thì không nên giữ.",
    keep: "Giữ phiên trên máy này",
    conversation: "Cuộc trò chuyện",
    messages: "Tin nhắn",
    writing: "Công đoàn đang trả lời",
    ended: "Phiên trò chuyện đã kết thúc.",
    wiped: "Đã xóa khỏi máy này.",
    again: "Bắt đầu trò chuyện mới",
    newer: "Có tin mới ↓",
    yours: "Tin nhắn của anh/chị",
    hint: "Viết cho công đoàn…",
    send: "Gửi",
    settings: "Trang này",
    language: "Ngôn ngữ của trang",
    about: "Tin nhắn đi thẳng đến máy chủ của công đoàn, không qua Zalo hay Telegram. Trang không dùng cookie và không lưu địa chỉ máy của anh/chị.",
    wipe: "Xóa khỏi máy này",
    close: "Đóng",
    sure: "Xóa cuộc trò chuyện khỏi máy này?",
    sureWords: "Tin nhắn trên trang này sẽ mất và không lấy lại được. Phản ánh đã gửi vẫn được công đoàn xử lý, nhưng anh/chị sẽ không nhận được trả lời qua trang này nữa.",
    wipeYes: "Xóa",
    wipeNo: "Không xóa",
    sending: "Đang gửi",
    received: "Đã nhận",
    refused: "Chưa gửi được",
    edited: "đã sửa",
    theirs: "Công đoàn",
    mine: "Anh/chị",
    choices: "Các lựa chọn",
    older: "Các lựa chọn của tin cũ",
    chosen: "đã chọn",
    today: "Hôm nay",
    attach: "Gửi ảnh hoặc tệp",
    uploading: "Đang gửi",
    fileSent: (name) => `Tệp: ${name}`,
    fileLarge: (most) => `Tệp này lớn hơn ${most} MB nên chưa gửi được.`,
    fileJoin: "Anh/chị tham gia trước, rồi mới gửi tệp được.",
    fileLost: "Mạng yếu nên tệp chưa gửi được. Nhờ anh/chị gửi lại.",
    fileOpen: (name) => `Mở ${name}`,
    fileKeep: (name) => `Lưu ${name}`,
    fileClosed: (name) => `Chưa mở được ${name}. Chạm để thử lại.`,
    near: (used, most) => `${used}/${most} ký tự`,
    over4000: (used, most) => `${used}/${most} ký tự – nhờ anh/chị tách thành hai tin`,
  },
  en: {
    skip: "Go to the message box",
    connecting: "Connecting…",
    open: "Connected",
    lost: "Connection lost – will reconnect",
    elsewhere: "Open on another page – tap to reconnect",
    over: "Ended",
    hide: "Quick hide",
    more: "Settings of this page",
    ends: "Closing the page ends this chat session.",
    stays: "The session is kept on this device. Better not on a shared one.",
    keep: "Keep session on this device",
    conversation: "Conversation",
    messages: "Messages",
    writing: "The union is replying",
    ended: "The chat session has ended.",
    wiped: "Deleted from this device.",
    again: "Start a new chat",
    newer: "New message ↓",
    yours: "Your message",
    hint: "Write to your union…",
    send: "Send",
    settings: "This page",
    language: "Language of the page",
    about: "Messages go straight to your union's own server, not through Zalo or Telegram. The page uses no cookies and does not record your device's address.",
    wipe: "Delete from this device",
    close: "Close",
    sure: "Delete this chat from this device?",
    sureWords: "The messages on this page will be lost and cannot be brought back. Reports already sent are still handled by the union, but you will get no more replies on this page.",
    wipeYes: "Delete",
    wipeNo: "Do not delete",
    sending: "Sending",
    received: "Received",
    refused: "Not sent",
    edited: "edited",
    theirs: "Union",
    mine: "You",
    choices: "Choices",
    older: "Choices of an older message",
    chosen: "chosen",
    today: "Today",
    attach: "Send a photo or file",
    uploading: "Sending",
    fileSent: (name) => `File: ${name}`,
    fileLarge: (most) => `This file is larger than ${most} MB and was not sent.`,
    fileJoin: "Please join first; then files can be sent.",
    fileLost: "The connection is weak and the file was not sent. Please send it again.",
    fileOpen: (name) => `Open ${name}`,
    fileKeep: (name) => `Save ${name}`,
    fileClosed: (name) => `${name} could not be opened. Tap to try again.`,
    near: (used, most) => `${used}/${most} characters`,
    over4000: (used, most) => `${used}/${most} characters – please split it into two messages`,
  },
};

let language = "vi";

export function speak(chosen) {
  language = chosen in WORDS ? chosen : "vi";
  document.documentElement.lang = language;
  for (const node of document.querySelectorAll("[data-word]")) node.textContent = WORDS[language][node.dataset.word];
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", WORDS[language][node.dataset.label]);
  for (const node of document.querySelectorAll("[data-hint]")) node.placeholder = WORDS[language][node.dataset.hint];
}

export function say(word, ...values) {
  const words = WORDS[language][word];
  return typeof words === "function" ? words(...values) : words;
}

export function number(value) {
  return new Intl.NumberFormat(language === "vi" ? "vi-VN" : "en-GB").format(value);
}
