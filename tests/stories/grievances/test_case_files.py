"""Photos, documents and voice: sent with a grievance, cleaned, shown to the officers who have it, and to nobody else."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from bot.channels.webchat import files as webchat_files
from bot.files import queue
from handlers.chat.site import Site
from models.files.attachments import Attachment
from models.files.one_time_links import MediaLink
from models.files.to_fetch import Pickup
from models.grievances.enclosures import Enclosure
from tests import sample_files as made
from tests import traces
from tests.actors import OnTelegram, OnWebChat, OnZalo, Person
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.zalo import ZaloEmulator
from tests.running_app import FakeClock, RunningApp
from tests.sample_files import AUTHOR, GPS_MAKE
from tests.stories.acts import OVERTIME, rows
from tests.stories.channels import every_channel, on
from tests.traces import words

VOICE = {"telegram": made.ogg(), "zalo": made.aac(), "webchat": made.ogg()}


async def sends(worker: Person, to: str = "Gửi tổ trưởng công đoàn") -> None:
    """From the words to the end."""
    await worker.taps(to)
    await worker.sees("mã PA-")


async def opens(officer: Person) -> list[tuple[str, bytes]]:
    await officer.taps("Xem tệp")
    await officer.sees("Tệp của PA-")
    return await officer.received()


@every_channel
async def test_a_photo_goes_with_a_grievance_and_its_officer_sees_it(
    worker: Person, leader: Person, service: RunningApp
) -> None:
    await worker.taps("Viết phản ánh")
    await worker.says(OVERTIME)
    await worker.shows(made.photo((400, 300)))
    await worker.sees("Ảnh 1: đang tải")
    await worker.taps("Sửa, ghi tên, giờ gửi…")
    await worker.sees(OVERTIME, "xóa khỏi ảnh")
    await worker.taps("Quay lại")
    await worker.sees("là gửi ngay", OVERTIME, "Kèm theo: ảnh 1 (đã nhận)")
    await worker.taps("Gửi tổ trưởng công đoàn")
    await leader.sees("Phản ánh mới", OVERTIME, "Tệp kèm theo: ảnh 1 (đã nhận)", "[Xem tệp]")
    [(name, content)] = await opens(leader)
    assert name == "anh-1.jpg"
    assert content.startswith(b"\xff\xd8\xff") and b"Exif" not in content and GPS_MAKE.encode() not in content
    await leader.taps("Về phản ánh")
    await leader.sees("[Trả lời]", "[Xem tệp]")


@every_channel
async def test_a_file_alone_begins_a_grievance_that_asks_for_words(worker: Person, leader: Person) -> None:
    await worker.shows(made.photo())
    await worker.sees("Ảnh 1: đang tải")
    await worker.sees("Có chuyện gì chưa ổn")
    await worker.says(OVERTIME)
    await worker.shows(VOICE["zalo"] if isinstance(worker, OnZalo) else VOICE["telegram"], "voice")
    await worker.sees("Ghi âm 1: đang tải")
    await worker.taps("Sửa, ghi tên, giờ gửi…", "Quay lại")  # meanwhile the file has come
    await worker.sees("ảnh 1 (đã nhận), ghi âm 1 (đã nhận)", "người quen nghe là nhận ra")
    await worker.taps("Gửi tổ trưởng công đoàn")
    await leader.sees("Phản ánh mới", "ảnh 1 (đã nhận), ghi âm 1 (đã nhận)")
    (photo, _), (voice, sound) = await opens(leader)
    assert (photo, voice.partition(".")[0]) == ("anh-1.jpg", "ghi-am-1")
    assert AUTHOR.encode() not in sound


@every_channel
async def test_more_can_be_added_later(worker: Person, leader: Person) -> None:
    await worker.says(OVERTIME)
    await sends(worker)
    await leader.sees("Phản ánh mới")
    await worker.taps("Phản ánh của tôi")
    code = await worker.sees("Phản ánh của anh/chị")
    await worker.taps(code[code.index("PA-") :][:9], "Bổ sung, trả lời lại")
    await worker.says("Đây là bảng công")
    await worker.shows(made.photo())
    await worker.sees("Ảnh 1: đang tải")
    await worker.sees("Đây là bảng công", "Kèm theo: ảnh 1")
    await worker.taps("Gửi")
    await worker.sees("Cảm ơn")
    await leader.sees("bổ sung", "Đây là bảng công", "Tệp kèm theo: ảnh 1 (đã nhận)")
    assert [name for name, _ in await opens(leader)] == ["anh-1.jpg"]


@pytest.mark.parametrize("channel", ["telegram", "webchat"])
@pytest.mark.parametrize(
    ("content", "name"),
    [(made.pdf(), "tep-1.pdf"), (made.docx(), "tep-1.docx"), (made.xlsx(), "tep-1.xlsx"), (b"Luong thang 5", "tep-1.txt")],
)
async def test_documents_are_renamed_and_name_nobody(worker: Person, leader: Person, content: bytes, name: str) -> None:
    await worker.says(OVERTIME)
    await worker.shows(content, "document")
    await worker.sees("Tài liệu 1: đang tải")
    await sends(worker)
    await leader.sees("Tệp kèm theo: tài liệu 1")
    [(shown, cleaned)] = await opens(leader)
    assert shown == name
    assert AUTHOR.encode() not in cleaned


@on("telegram")
async def test_a_document_is_made_anew_and_its_sender_is_told_so(worker: Person, leader: Person) -> None:
    """What was read stays, and nothing else: seen in the file that reaches the officer."""
    await worker.says(OVERTIME)
    await worker.shows(words.docx("<w:p><w:del><w:r><w:delText>BINHCANARY</w:delText></w:r></w:del></w:p>"), "document")
    await worker.taps("Sửa, ghi tên, giờ gửi…")
    await worker.sees("Tài liệu được làm lại mới", "lời nhận xét và phần ẩn bị bỏ đi")
    await worker.taps("Quay lại")
    await worker.sees("tài liệu 1 (đã nhận)")
    await worker.taps("Gửi tổ trưởng công đoàn")
    await leader.sees("Phản ánh mới")
    [(name, content)] = await opens(leader)
    assert name == "tep-1.docx" and not traces.holds(content)
    assert any(traces.SEEN in layer.decode("utf-8", "ignore") for layer in traces.layers(content))


@on("telegram")
async def test_somebody_who_sends_very_many_files_is_asked_to_wait(
    worker: Person, somebody: Callable[[str], Person], service: RunningApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "MOST", 1)
    await worker.says(OVERTIME)
    await worker.shows(made.photo())
    await worker.taps("Sửa, ghi tên, giờ gửi…", "Hủy")  # never sent: it is here all the same
    await worker.says(OVERTIME)
    await worker.shows(made.photo())
    await worker.sees("Ảnh 1 chưa nhận được", "rất nhiều tệp", "gửi vào ngày mai")
    other = somebody("Bình")
    await other.joins(service.codes.team)
    await other.says(OVERTIME)
    await other.shows(made.photo())
    await other.taps("Sửa, ghi tên, giờ gửi…", "Quay lại")
    await other.sees("ảnh 1 (đã nhận)")


@every_channel
async def test_a_photo_that_is_none(worker: Person, leader: Person, service: RunningApp) -> None:
    await worker.says(OVERTIME)
    await worker.shows(b"<!DOCTYPE html><script>1</script>")
    await worker.sees("Ảnh 1 chưa nhận được", "không mở được như một bức ảnh", "Công đoàn nhận được ảnh (đến 10 MB)")
    await sends(worker)
    await leader.sees("Phản ánh mới", OVERTIME)
    await leader.does_not_see("Tệp kèm theo", "[Xem tệp]")
    assert not list(service.app.vault.directory.glob("*"))


@pytest.mark.parametrize("channel", ["telegram", "webchat"])
@pytest.mark.parametrize(
    ("content", "kind", "why"),
    [
        (b"MZ\x90\x00", "voice", "không mở được như một tin ghi âm"),
        (made.bomb, "document", "tệp quá lớn"),
        (made.docx(**{"word/vbaProject.bin": b"x"}), "document", "macro"),
        (b"MZ\x90\x00", "document", "chưa nhận được loại tệp này"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504), "document", "Word hoặc Excel đời cũ"),
        (b"\0\0\0\x18ftypheic" + bytes(64), "document", "HEIC"),
    ],
)
async def test_what_is_nothing_we_keep_is_said_kindly(
    worker: Person, leader: Person, service: RunningApp, content: bytes | Callable[[], bytes], kind: str, why: str
) -> None:
    await worker.says(OVERTIME)
    await worker.shows(content if isinstance(content, bytes) else content(), kind)
    text = await worker.sees("1 chưa nhận được", why, "Công đoàn nhận được ảnh (đến 10 MB)")
    instead = "ghi âm lại" if kind == "voice" else "chụp ảnh màn hình"
    assert (instead in text) == (why != "tệp quá lớn") and len(text.splitlines()) <= 10
    await worker.taps("Sửa, ghi tên, giờ gửi…", "Quay lại")  # meanwhile the file has come
    await worker.sees("(không dùng được)")
    await worker.taps("Gửi tổ trưởng công đoàn")
    await leader.sees("Phản ánh mới", OVERTIME)
    await leader.does_not_see("Tệp kèm theo", "[Xem tệp]")
    assert not list(service.app.vault.directory.glob("*"))


@on("telegram")
async def test_telegram_says_how_large_a_file_is_before_it_is_asked_for(worker: Person, telegram: TelegramEmulator) -> None:
    await worker.says(OVERTIME)
    await worker.looks_away()
    await worker.shows(b"%PDF-1.7" + bytes(30 * 2**20), "document")
    await worker.sees("lớn hơn 20 MB", "Công đoàn nhận được")
    assert not telegram.counters["getFile", 200]


@on("telegram")
async def test_what_telegram_itself_refuses_is_too_large(
    worker: Person, telegram: TelegramEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    telegram.fault("error", method="getFile", status=400, description="Bad Request: file is too big")
    await worker.says(OVERTIME)
    await worker.shows(made.photo())
    await worker.sees("Ảnh 1 chưa nhận được", "tệp quá lớn")


@on("zalo")
async def test_a_30_mb_file_is_not_read_whole(worker: Person, zalo: ZaloEmulator) -> None:
    await worker.says(OVERTIME)
    await worker.shows(b"\xff\xd8\xff" + bytes(30 * 2**20))
    await worker.sees("Ảnh 1 chưa nhận được", "tệp quá lớn")
    assert 10 * 2**20 < zalo.served < 20 * 2**20


@on("zalo")
async def test_only_zalos_own_addresses_are_called(worker: Person, zalo: ZaloEmulator, service: RunningApp) -> None:
    assert isinstance(worker, OnZalo)
    event = worker.user.image_update()
    event["message"]["photo_url"] = "https://zdn.vn.evil.example/a.jpg"
    assert await zalo.deliver(event) == 200
    await service.app.drain()
    await worker.sees("chưa đọc được")
    assert not await rows(service, Pickup)


@on("webchat")
async def test_a_page_uploads_no_more_than_allowed(worker: Person, service: RunningApp) -> None:
    assert isinstance(worker, OnWebChat)
    await worker.texts()
    address, http = f"{service.address}/chat/files?kind=photo", worker.http
    own = {"Authorization": f"Bearer {worker.token}", "Origin": service.address}

    async def endless() -> object:
        for _ in range(480):
            yield bytes(64 * 1024)

    for data, headers, wanted in [
        (io.BytesIO(bytes(11 * 2**20)), own, 413),
        (endless(), own, 413),
        (b"", own, 400),
        (made.photo(), {**own, "Origin": "https://evil.example"}, 403),
        (made.photo(), {"Origin": service.address}, 401),
        (made.photo(), {**own, "Authorization": "Bearer " + "x" * 43}, 403),
    ]:
        try:
            async with http.post(address, data=data, headers=headers) as answer:
                assert answer.status == wanted
        except ConnectionError:  # cut in the middle of the body: the same, said sooner
            assert wanted == 413
    assert not list(service.app.vault.directory.glob("*"))


@on("webchat")
async def test_a_page_leaves_no_more_uploads_than_it_may(
    worker: Person, service: RunningApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Uploads that no message names: each takes a quarter of a megabyte at least."""
    assert isinstance(worker, OnWebChat)
    monkeypatch.setattr(webchat_files, "UNNAMED", 2 * 2**18)
    await worker.texts()
    headers = {"Authorization": f"Bearer {worker.token}", "Origin": service.address}

    async def uploads() -> tuple[int, str]:
        async with worker.http.post(
            f"{service.address}/chat/files?kind=photo", data=made.photo(), headers=headers
        ) as answer:
            return answer.status, (await answer.json())["upload"] if answer.status == 200 else ""

    first = await uploads()
    assert [first[0], *[(await uploads())[0] for _ in range(2)]] == [200, 200, 429]
    await worker.send({"type": "file", "kind": "photo", "upload": first[1]})
    await service.app.drain()
    assert (await uploads())[0] == 200, "once a message has taken one there is room again"


@on("webchat")
async def test_one_page_cannot_name_the_upload_of_another(
    worker: Person, somebody: Callable[[str], Person], service: RunningApp
) -> None:
    other = somebody("Bình")
    await other.joins(service.codes.team)
    assert isinstance(worker, OnWebChat) and isinstance(other, OnWebChat)
    await worker.texts()
    headers = {"Authorization": f"Bearer {worker.token}", "Origin": service.address}
    async with worker.http.post(f"{service.address}/chat/files?kind=photo", data=made.photo(), headers=headers) as answer:
        upload = (await answer.json())["upload"]
    await other.looks_away()
    await other.send({"type": "file", "kind": "photo", "upload": upload})
    await service.app.drain()
    await other.sees("Ảnh 1 chưa nhận được", "không chuyển tệp đến được")


@every_channel
async def test_files_go_only_with_a_grievance(worker: Person, leader: Person, somebody: Callable[[str], Person]) -> None:
    await worker.says(OVERTIME)
    await sends(worker)
    await leader.sees("Phản ánh mới")
    await leader.taps("Thêm…", "Ghi chú nội bộ")
    await leader.shows(made.photo())
    await leader.sees("chưa nhận được tệp", "đồng chí")
    if not isinstance(worker, OnWebChat):  # a page that has not joined may not upload
        guest = somebody("Khách")
        await guest.says("xin chào")
        await guest.shows(made.photo())
        await guest.sees("Tệp chỉ gửi kèm phản ánh được")


@on("telegram")
async def test_words_under_a_later_photo_are_added_to_the_draft(worker: Person, leader: Person) -> None:
    await worker.shows(made.photo(), caption=OVERTIME)
    await worker.sees("là gửi ngay")
    await worker.shows(made.photo(), caption="Ảnh chụp bảng công")
    await worker.sees("Ảnh 2: đang tải")
    await worker.sees(OVERTIME + " Ảnh chụp bảng công", "ảnh 1 (đã nhận), ảnh 2")
    await worker.taps("Gửi tổ trưởng công đoàn")
    await leader.sees("Phản ánh mới", "Ảnh chụp bảng công", "ảnh 1 (đã nhận), ảnh 2 (đã nhận)")


@on("telegram")
async def test_a_line_that_is_away_is_asked_again_and_sending_does_not_wait(
    worker: Person, leader: Person, clock: FakeClock, telegram: TelegramEmulator
) -> None:
    telegram.fault("truncated", method="file")
    telegram.fault("error", method="getFile", status=500, skip=1)
    await worker.says(OVERTIME)
    await worker.shows(made.photo())
    await worker.sees("ảnh 1 (đang tải)")
    await worker.taps("Gửi tổ trưởng công đoàn")
    await leader.sees("Phản ánh mới", "Tệp kèm theo: ảnh 1 (đang tải)")
    assert await opens(leader) == []
    await clock.passes(seconds=6)
    await clock.passes(seconds=31)
    await leader.taps("Về phản ánh")
    await leader.sees("ảnh 1 (đã nhận)")
    assert len(await opens(leader)) == 1
    await worker.does_not_see("chưa nhận được")


@on("telegram")
async def test_what_telegram_does_not_have_is_known_before_it_is_sent(
    worker: Person, leader: Person, telegram: TelegramEmulator
) -> None:
    telegram.fault("error", method="file", status=404)
    await worker.says(OVERTIME)
    await worker.shows(made.photo())
    await worker.sees("Ảnh 1 chưa nhận được", "không chuyển tệp đến được")
    await worker.taps("Sửa, ghi tên, giờ gửi…", "Quay lại")  # meanwhile the file has come
    await worker.sees("ảnh 1 (không tải được)")
    await worker.taps("Gửi tổ trưởng công đoàn")
    await leader.sees("Phản ánh mới")
    await leader.does_not_see("Tệp kèm theo")


@on("telegram")
async def test_after_six_hours_both_sides_hear_that_it_could_not_be_had(
    worker: Person, leader: Person, clock: FakeClock, telegram: TelegramEmulator
) -> None:
    telegram.fault("error", method="file", status=502, times=None)
    await worker.says(OVERTIME)
    await worker.shows(made.photo())
    await sends(worker)
    for _ in range(11):
        await clock.passes(minutes=30)
    await worker.does_not_see("Ảnh 1 chưa nhận được")
    await clock.passes(minutes=31)
    await worker.sees("Ảnh 1 chưa nhận được", "không chuyển tệp đến được")
    card = await leader.sees("Phản ánh mới", "PA-")
    await leader.says(card[card.index("PA-") :][:9])
    await leader.sees("ảnh 1 (không tải được)")


@on("telegram")
async def test_a_draft_that_was_never_sent_leaves_nothing(worker: Person, clock: FakeClock, service: RunningApp) -> None:
    await worker.says(OVERTIME)
    await worker.shows(made.photo())
    assert len(list(service.app.vault.directory.glob("*"))) == 1
    await worker.taps("Sửa, ghi tên, giờ gửi…", "Hủy")
    await clock.passes(days=1)
    await clock.passes(days=1)
    assert not list(service.app.vault.directory.iterdir())
    assert not await rows(service, Pickup) and not await rows(service, Attachment)


@on("telegram")
async def test_what_was_sent_stays(worker: Person, leader: Person, clock: FakeClock, service: RunningApp) -> None:
    await worker.says(OVERTIME)
    await worker.shows(made.photo())
    await sends(worker)
    for _ in range(4):
        await clock.passes(days=1)
    assert not await rows(service, Pickup)
    assert len(await rows(service, Attachment)) == len(await rows(service, Enclosure)) == 1
    await leader.looks_away()
    assert len(await opens(leader)) == 1


@every_channel
async def test_another_officer_sees_no_files(worker: Person, leader: Person, chair: Person, service: RunningApp) -> None:
    await worker.says(OVERTIME)
    await worker.shows(made.photo())
    await sends(worker)
    await leader.sees("Phản ánh mới")
    await leader.taps("Xem tệp")
    if isinstance(chair, OnWebChat) and isinstance(leader, OnWebChat):
        await leader.texts()
        [(address, _name)] = leader.media()
        for token, wanted in ((leader.token, 200), (chair.token, 404), ("x" * 43, 404)):
            async with chair.http.get(address, headers={"Authorization": f"Bearer {token}"}) as answer:
                assert answer.status == wanted
    await chair.does_not_see("Xem tệp", "Tệp kèm theo")


@on("zalo")
async def test_a_link_opens_once_and_only_by_its_button(
    worker: Person, leader: Person, service: RunningApp, clock: FakeClock
) -> None:
    import aiohttp

    await worker.says(OVERTIME)
    await worker.shows(made.photo())
    await sends(worker)
    await leader.sees("Phản ánh mới")
    await leader.taps("Xem tệp")
    text = await leader.sees("Ảnh 1: http://127.0.0.1/media/", "một lần, trong 2 phút")
    link = service.address + text[text.index("/media/") :].split()[0]
    token = link.rpartition("/")[2]
    [row] = await rows(service, MediaLink)
    assert token not in repr((row.id, row.body)) and len(token) == 22
    async with aiohttp.ClientSession() as http:
        for _ in range(2):  # whoever looks at it before the officer does not use it up
            async with http.get(link) as page:
                shown = await page.text()
                assert page.status == 200 and 'method="post"' in shown and "Mở tệp" in shown
                assert page.headers["Cache-Control"] == "no-store" and page.headers["Referrer-Policy"] == "no-referrer"
        async with http.head(link) as looked:
            assert looked.status == 405
        async with http.post(link) as answer:
            assert answer.status == 200 and answer.content_type == "image/jpeg"
            assert (await answer.read()).startswith(b"\xff\xd8\xff")
            assert (
                answer.headers["X-Content-Type-Options"] == "nosniff"
                and "sandbox" in answer.headers["Content-Security-Policy"]
            )
            assert answer.headers["Content-Disposition"] == 'inline; filename="anh-1.jpg"'
        for again in (http.post(link), http.get(link), http.post(f"{service.address}/media/{'A' * 22}")):
            async with again as answer:
                assert answer.status == 404 and "không còn mở được" in await answer.text()
        await leader.taps("Về phản ánh", "Xem tệp")
        text = await leader.sees("Ảnh 1: http")
        late = service.address + text[text.index("/media/") :].split()[0]
        await clock.passes(minutes=2, seconds=1)
        async with http.post(late) as answer:
            assert answer.status == 404


@pytest.fixture
def no_public_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before `service` is made: it knows no address under which a phone would find it."""
    monkeypatch.setattr("bot.app.Site", lambda *given, **more: Site(*given, **{**more, "media_address": ""}))


@on("zalo")
@pytest.mark.usefixtures("no_public_address")
async def test_without_a_public_address_the_officer_is_told_where_to_look(
    worker: Person, leader: Person, service: RunningApp
) -> None:
    await worker.says(OVERTIME)
    await worker.shows(made.photo())
    await sends(worker)
    await leader.taps("Xem tệp")
    await leader.sees("mở tệp này trên Telegram hoặc trang web của công đoàn")
    assert not await rows(service, MediaLink)


@on("telegram")
async def test_neither_disk_nor_database_holds_anything_in_clear(
    worker: Person, leader: Person, service: RunningApp, database_url: str
) -> None:
    assert isinstance(worker, OnTelegram)
    await worker.says(OVERTIME)
    await worker.shows(made.photo((900, 900)))
    await worker.shows(made.docx(), "document")
    file_ids = [file_id.encode() for file_id in worker.emulator.files]
    await sends(worker)
    await opens(leader)
    kept = sorted(service.app.vault.directory.iterdir())
    assert len(kept) == 2
    for path in kept:
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.stat().st_mtime % 86400 == 0
        assert path.stat().st_size == 256 * 1024 + 30  # number, nonce and tag
    ids = [path.name.encode() for path in kept]
    disk = b"".join(path.read_bytes() for path in kept)
    folder = service.app.settings.key_file.parent
    database = b"".join(path.read_bytes() for path in folder.glob("*.db*"))
    assert len(database) > 100_000
    for secret in (*file_ids, *ids, AUTHOR.encode(), GPS_MAKE.encode(), b"Bang luong", b"Exif", b"anh-1", b"image/jpeg"):
        assert secret not in database
        assert secret not in disk
