import Foundation
import HubClient
import TestSupport
import Testing

extension ClusterTests {
    @Suite("hubctl watch")
    struct WatchCommandTests {
        @Test("prints one page where nobody sees a terminal, with what was done since")
        func page() async throws {
            try await TestCluster.with(hubs: 2) { cluster in
                let hostile = "\u{202E}x"
                try await cluster.client.publish("x", to: hostile)
                let urls = cluster.hubs.map { "-u \($0.url)" }.joined(separator: " ")
                let run = try await HubctlRun.Running(
                    "$ctl watch -i 500ms \(urls) -u http://127.0.0.1:1", in: cluster.directory, url: "")
                let page = try await run.finish()
                #expect(page.status == 0 && page.errors.isEmpty, "\(page.errors)")
                #expect(page.output.hasPrefix("2 of 3 members ready  "), "\(page.output)")
                for hub in cluster.hubs { #expect(page.output.contains("\(hub.url)  ready")) }
                #expect(page.output.contains("http://127.0.0.1:1: cannot reach"), "\(page.output)")
                #expect(
                    page.output.contains("\\u{202E}x") && !page.output.contains(hostile)
                        && !page.output.contains("\u{1B}"), "\(page.output)")
                let nobody = try await HubctlRun.Running(
                    "$ctl watch -i 100ms -u http://127.0.0.1:1", in: cluster.directory, url: "")
                #expect(try await nobody.finish().status == 69)
            }
        }

        @Test("prints an object a line, with rates and topics")
        func lines() async throws {
            try await TestCluster.with(hubs: 1) { cluster in
                let watch = try await HubctlRun.Running(
                    "$ctl watch -i 500ms -F json -C 3", in: cluster.directory, url: cluster.hubs[0].url)
                var number = 0
                try await waitUntil("a rate is told; \(watch.text)") {
                    number += 1
                    try await cluster.client.publish("\(number)", to: "news")
                    return watch.text.contains(#""published":"#) || watch.process.poll() != nil
                }
                let run = try await watch.finish()
                #expect(run.status == 0 && run.lines.count == 3, "\(run.output)\(run.errors)")
                let object = try JSONSerialization.jsonObject(with: Data(run.lines[0].utf8)) as? [String: Any]
                let member = try #require((object?["members"] as? [[String: Any]])?.first)
                #expect(member["state"] as? String == "ready" && member["url"] as? String == cluster.hubs[0].url)
                #expect((member["published"] as? Double ?? 0) > 1, "\(run.output)")
                #expect((member["memory"] as? Double ?? 0) > 1_000_000 && member["version"] is String)
                let topic = try #require((object?["topics"] as? [[String: Any]])?.first)
                #expect(topic["topic"] as? String == "news" && (topic["events"] as? Int ?? 0) > 0)
            }
        }

        @Test(
            "draws on a terminal, follows its size, ends with q or Ctrl-C, and gives the terminal back",
            arguments: ["q", "\u{3}"])
        func terminal(_ key: String) async throws {
            try await TestCluster.with(hubs: 1) { cluster in
                try await cluster.client.publish("x", to: "\u{202E}title")
                let directory = cluster.directory
                let script = directory.file("terminal.py")
                try Self.terminal.write(toFile: script, atomically: true, encoding: .utf8)
                let run = try await HubctlRun.Running(
                    "python3 '\(script)' \(key == "q" ? "q" : "interrupt") $ctl watch -i 200ms", in: directory,
                    url: cluster.hubs[0].url)
                let end = try await run.finish()
                #expect(end.status == 0, "\(end.output)\(end.errors)")
                #expect(end.output.contains("restored"), "\(end.output)")
            }
        }

        /// Runs a program on a terminal of its own; says what was wrong, and fails, if it does not do what it should.
        private static let terminal = #"""
            import fcntl, os, pty, re, select, signal, struct, sys, termios, time

            main, side = pty.openpty()
            before = termios.tcgetattr(side)

            def resize(rows, columns):
                fcntl.ioctl(main, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

            resize(24, 200)
            child = os.fork()
            if child == 0:
                os.close(main)
                os.setsid()
                fcntl.ioctl(side, termios.TIOCSCTTY, 0)
                for number in range(3):
                    os.dup2(side, number)
                os.environ.pop("NO_COLOR", None)
                os.execv(sys.argv[2], sys.argv[2:])

            text = b""

            def wait(what, condition):
                global text
                deadline = time.monotonic() + 20
                while not condition(text):
                    if time.monotonic() > deadline:
                        os.kill(child, signal.SIGKILL)
                        sys.exit(f"waited in vain until {what}: {text!r}")
                    if select.select([main], [], [], 0.1)[0]:
                        text += os.read(main, 65536)

            def last_page(text):
                pages = text.split(b"\x1b[H")
                return pages[-2] if len(pages) > 2 else b""

            def plain(page):
                return re.sub(rb"\x1b\[[0-9;?]*[a-zA-Z]", b"", page)

            wait("it is drawn", lambda text: text.startswith(b"\x1b[?1049h") and b"VERSION" in plain(last_page(text)))
            assert b"\\u{202E}title" in text and "\u202e".encode() not in text, text
            resize(6, 40)
            wait("it is narrow", lambda text: b"MEMBER" in last_page(text) and all(
                len(line) <= 40 for line in plain(last_page(text)).split(b"\r\n")))
            assert plain(last_page(text)).count(b"\r\n") < 6, last_page(text)
            os.write(main, b"q" if sys.argv[1] == "q" else b"\x03")
            wait("it ends", lambda text: text.endswith(b"\x1b[?25h\x1b[?1049l"))
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            assert status == 0, status
            assert termios.tcgetattr(side) == before, "the terminal is not as it was"
            print("restored")
            """#
    }
}
