import Foundation
import HubClient
import TestSupport
import Testing

extension ClusterTests {
    /// The real program against real hubs, as a script would use it.
    @Suite("hubctl")
    struct HubctlTests {
        private func with(
            _ body: (TestCluster, (String) async throws -> HubctlRun) async throws -> Void
        ) async throws {
            try await TestCluster.with(hubs: 1) { cluster in
                try await body(cluster) { line in
                    try await HubctlRun.Running(line, in: cluster.directory, url: cluster.hubs[0].url).finish()
                }
            }
        }

        @Test("publishes an argument, standard input, a file, and lines of JSON, and prints their ids")
        func publishes() async throws {
            try await self.with { cluster, run in
                let file = cluster.directory.file("message")
                try "from\na file\n".write(toFile: file, atomically: true, encoding: .utf8)
                let argument = try await run("$ctl publish a 'an argument' --event greeting --retry 500")
                let input = try await run("printf 'from\\ninput\\n' | $ctl publish a - --topic b")
                let whole = try await run("$ctl publish a --file '\(file)'")
                let lines =
                    #"printf '{"topic":"a","data":1}\n\n{"topic":"a","data":{"x":[2]}}' | $ctl publish --ndjson"#
                let batch = try await run(lines)
                for run in [argument, input, whole, batch] {
                    #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
                }
                let ids = argument.lines + input.lines + whole.lines + batch.lines
                #expect(ids.count == 5 && ids == ids.sorted())
                let read = try await run("$ctl subscribe a --from earliest --count 5 --format json")
                #expect(
                    read.lines == [
                        #"{"data":"an argument","event":"greeting","id":"\#(ids[0])","retry":500,"topic":"a"}"#,
                        #"{"data":"from\ninput","id":"\#(ids[1])","topic":"a"}"#,
                        #"{"data":"from\na file\n","id":"\#(ids[2])","topic":"a"}"#,
                        #"{"data":"1","id":"\#(ids[3])","topic":"a"}"#,
                        #"{"data":"{\"x\":[2]}","id":"\#(ids[4])","topic":"a"}"#,
                    ])
            }
        }

        @Test("takes one line end off standard input, be it LF or CRLF, and all of them off the environment")
        func lineEnds() async throws {
            try await self.with { cluster, run in
                for (input, data) in [
                    ("one\\n", "one"), ("one\\r\\n", "one"), ("one\\r\\n\\r\\n", "one\\n"), ("one\\n\\r\\n", "one\\n"),
                    ("one\\r", "one\\n"), ("\\r\\n", ""), ("one", "one"),
                ] {
                    let published = try await run("printf '\(input)' | HUB_URL=\"$HUB_URL\r\n\" $ctl publish a -")
                    #expect(published.status == 0 && published.errors.isEmpty, "\(published.errors)")
                    let read = try await run(
                        "$ctl subscribe a --from earliest --count 1 --format json && $ctl topics delete a")
                    #expect(read.lines.first?.hasPrefix("{\"data\":\"\(data)\",") == true, "\(input): \(read.output)")
                }
            }
        }

        @Test("resumes after an id, and says so when something may be missing")
        func resumes() async throws {
            try await self.with { _, run in
                let ids = try await run("for i in 1 2 3; do $ctl publish a $i; done").lines
                let rest = try await run("$ctl subscribe a --from \(ids[0]) --count 2")
                #expect(rest.status == 0 && rest.lines == ["2", "3"] && rest.errors.isEmpty, "\(rest.errors)")
                let blocks = try await run("$ctl subscribe a --from \(ids[1]) --count 1 --format sse")
                #expect(blocks.output == "data: 3\nid: \(ids[2])\n\n")
                let unknown = try await run("$ctl subscribe a --from nonsense --count 3")
                #expect(unknown.status == 0 && unknown.lines == ["1", "2", "3"])
                #expect(unknown.errors.contains("hubctl: reset (unknown): events of 'a' may be missing after nonsense"))
            }
        }

        @Test("goes on where it was when its hub is stopped and comes back elsewhere")
        func followsItsHub() async throws {
            try await TestCluster.with(hubs: 2) { cluster in
                let urls = cluster.hubs.map { "--url \($0.url)" }.joined(separator: " ")
                let follower = try await HubctlRun.Running(
                    "$ctl subscribe a --from earliest --count 4 \(urls)", in: cluster.directory, url: "")
                try await cluster.client.publish("1", to: "a")
                try await cluster.client.publish("2", to: "a")
                try await waitUntil("two have come") { follower.text == "1\n2\n" }
                cluster.hubs[0].signal(SIGTERM)
                let end = try await cluster.hubs[0].wait()
                #expect(end == .exited(0))
                try await cluster.clients[1].publish("3", to: "a")
                try await cluster.clients[1].publish("4", to: "a")
                let run = try await follower.finish()
                #expect(run.status == 0 && run.output == "1\n2\n3\n4\n", "\(run.output)\(run.errors)")
                #expect(run.errors.contains("(drain)") || run.errors.contains("trying again"), "\(run.errors)")
            }
        }

        @Test("takes a topic and a message that begin with a dash for what they are")
        func dashes() async throws {
            try await self.with { _, run in
                let cases: [(line: String, topic: String, data: String)] = [
                    ("publish t -hello", "t", "-hello"), ("publish -k KEY t -x", "t", "-x"),
                    ("publish t -5", "t", "-5"),
                    ("publish t -- --file", "t", "--file"), ("publish t --", "t", "--"), ("publish t -- --", "t", "--"),
                    ("publish t '--- a rule'", "t", "--- a rule"), ("publish t '-- '", "t", "-- "),
                    ("publish -x y --event e", "-x", "y"), ("publish -x -y", "-x", "-y"),
                    ("publish -- -x -h", "-x", "-h"),
                    ("publish t -e -e1 -kittens", "t", "-kittens"), ("publish t x --event=-e", "t", "x"),
                    ("--url $HUB_URL publish t -hello", "t", "-hello"), ("-u $HUB_URL publish t -uhu", "t", "-uhu"),
                    ("publish -t u t -tt", "t", "-tt"),
                ]
                for (line, topic, data) in cases {
                    let published = try await run("$ctl \(line)")
                    #expect(published.status == 0 && published.lines.count == 1, "\(line): \(published.errors)")
                    let read = try await run("$ctl subscribe -n 1 -C 1 -F json -- '\(topic)'")
                    #expect(read.output.contains("\"data\":\"\(data)\""), "\(line): \(read.output)\(read.errors)")
                    if line.contains("-e") { #expect(read.output.contains(#""event":"#), "\(line): \(read.output)") }
                }
                let topics = try await run("$ctl topics list -x -F tab && $ctl topics delete -x && $ctl topics -x")
                #expect(
                    topics.lines.map { String($0.prefix(4)) } == ["-x\t3", "-x\t0"], "\(topics.output)\(topics.errors)")
                let subscribed = try await run("$ctl subscribe t -sport -n 1 -C 1")
                #expect(subscribed.lines == ["t\t-tt"], "\(subscribed.errors)")
            }
        }

        @Test("tells an option that was misspelt from a message")
        func misspelt() async throws {
            try await self.with { _, run in
                for (line, text) in [
                    ("publish t --dta x", "Unknown option '--dta'"), ("publish t x --dta", "Unknown option '--dta'"),
                    ("publish t --data=x", "unknown option '--data'"), ("publish t x -q", "unknown option '-q'"),
                    ("publish -q t x", "unknown option '-q'"), ("publish t x --event", "Missing value for '--event"),
                    ("publish t x --event --retry 5", "Missing value for '--event"), ("publish -hello t x", "'-hello'"),
                    ("subscribe t -z", "unknown option '-z'"), ("subscribe t --cuont 1", "Unknown option '--cuont'"),
                    ("bench -hello", "unknown option '-hello'"), ("watch -x", "unknown option '-x'"),
                    ("nonsense -x", "Unknown option"),
                ] {
                    let failed = try await run("$ctl \(line)")
                    #expect(failed.status == 64 && failed.output.isEmpty, "\(line): \(failed.status) \(failed.output)")
                    #expect(failed.errors.contains(text), "\(line): \(failed.errors)")
                    #expect(failed.errors.filter { $0 == "\n" }.count == 1, "\(failed.errors)")
                }
                for line in ["publish -h", "publish t -h", "publish t --help", "--help", "help publish", "topics -h"] {
                    let help = try await run("$ctl \(line)")
                    #expect(help.status == 0 && help.output.contains("USAGE"), "\(line): \(help.errors)")
                }
                #expect(try await run("$ctl topics").output.isEmpty, "nothing was published")
            }
        }

        @Test("begins with the last events, and names the topic where there are several")
        func lastLines() async throws {
            try await self.with { _, run in
                _ = try await run(
                    #"for i in $(seq 1 1500); do printf '{"topic":"a","data":"%s"}\n' $i; done | $ctl publish --ndjson"#
                )
                _ = try await run(#"$ctl publish b one; $ctl publish a last; $ctl publish c two"#)
                #expect(try await run("$ctl subscribe a --lines 3 --count 3").lines == ["1499", "1500", "last"])
                let several = try await run("$ctl subscribe a b c -n 4 -C 4")
                #expect(several.lines.sorted() == ["a\t1500", "a\tlast", "b\tone", "c\ttwo"], "\(several.errors)")
                #expect(several.lines.first == "a\t1500")
                #expect(try await run("$ctl subscribe a b -b -n 1 -C 1").lines == ["last"])
                #expect(try await run("$ctl subscribe a -v -n 1 -C 1").lines == ["a\tlast"])
                let more = try await run(
                    "{ $ctl subscribe b -n 2 -C 2 & } ; $ctl subscribe b -n 0 -C 1 -W 300ms; $ctl publish b two; wait")
                #expect(more.lines.contains("one") && more.lines.contains("two"), "\(more.output)\(more.errors)")
            }
        }

        @Test("ends when its time is over, and says so by its exit status")
        func timeout() async throws {
            try await self.with { _, run in
                _ = try await run("$ctl publish a one; $ctl publish a two")
                let few = try await run("$ctl subscribe a --from earliest --count 3 --timeout 500ms")
                #expect(few.status == 124 && few.lines == ["one", "two"], "\(few.errors)")
                #expect(few.errors == "hubctl: only 2 of 3 events came within 500ms\n")
                let none = try await run("$ctl subscribe b -W 200ms")
                #expect(none.status == 124 && none.output.isEmpty)
                let some = try await run("$ctl subscribe a --lines 1 -W 500ms")
                #expect(some.status == 0 && some.lines == ["two"], "\(some.errors)")
                let enough = try await run("$ctl subscribe a --from earliest -C 2 -W 1h")
                #expect(enough.status == 0 && enough.lines == ["one", "two"], "\(enough.errors)")
                let away = try await run("$ctl subscribe a -u http://127.0.0.1:1 -W 300ms -q")
                #expect(away.status == 124, "\(away.errors)")
            }
        }

        @Test("warns of a variable that is nearly one of its own")
        func variables() async throws {
            try await self.with { _, run in
                let warned = try await run(
                    "HUB_URLS=x HUB_TOKNE=s3cret HUB_PORT=1 HUB_TLS=x HUB_PUBLISH_KEY=x $ctl publish a x")
                #expect(warned.status == 0 && warned.lines.count == 1)
                #expect(
                    warned.errors == """
                        hubctl: HUB_TOKNE in the environment is of no effect: did you mean HUB_TOKEN?
                        hubctl: HUB_URLS in the environment is of no effect: did you mean HUB_URL?

                        """)
            }
        }

        @Test("lists topics, describes and deletes them")
        func topics() async throws {
            try await self.with { _, run in
                _ = try await run("$ctl publish b x; $ctl publish a x; $ctl publish a y")
                let list = try await run("$ctl topics")
                #expect(
                    list.lines.map { $0.split(separator: "\t").prefix(2).joined(separator: " ") } == ["a 2", "b 1"])
                let one = try await run("$ctl topics list a --format json")
                #expect(one.lines.count == 1 && one.output.hasPrefix("{") && one.output.contains(#""topic":"a""#))
                let deleted = try await run("$ctl topics delete a")
                #expect(deleted.status == 0 && deleted.output.isEmpty)
                let rest = try await run("$ctl topics list a")
                #expect(rest.output.hasPrefix("a\t0\t"), "\(rest.output)")
            }
        }

        @Test("tells what went wrong in one line and by its exit status")
        func failures() async throws {
            let cases: [(line: String, status: Int32, text: String)] = [
                ("$ctl publish '$reserved' x", 1, "reserved"), ("$ctl topics list nothing", 1, "no topic 'nothing'"),
                ("printf '{}\\n' | $ctl publish --ndjson", 1, "lines 1 to 1"),
                ("$ctl publish a", 64, "give one message"), ("$ctl publish a x --file y", 64, "give one message"),
                ("$ctl subscribe a --count 0", 64, "at least 1"),
                ("$ctl publish a --file /nowhere", 66, "/nowhere: No such file"),
                ("$ctl --url http://127.0.0.1:1 publish a x", 69, "cannot reach"),
                ("$ctl --url \"https${HUB_URL#http}\" publish a x", 69, "it does not speak TLS"),
                ("$ctl --url ftp://h publish a x", 64, "ftp://h"),
            ]
            try await self.with { _, run in
                for (line, status, text) in cases {
                    let failed = try await run(line)
                    #expect(failed.status == status, "\(line): \(failed.errors)")
                    #expect(failed.errors.contains(text), "\(line): \(failed.errors)")
                    #expect(failed.errors.filter { $0 == "\n" }.count == 1 && failed.output.isEmpty, "\(failed.errors)")
                    #expect(failed.errors.utf8.count < 250, "\(failed.errors)")
                }
                let health = try await run("$ctl --url http://127.0.0.1:1 --url $HUB_URL health")
                #expect(health.status == 69)
                #expect(health.lines.count == 2 && health.output.contains("\tnot ready\t"), "\(health.output)")
            }
        }
    }
}
