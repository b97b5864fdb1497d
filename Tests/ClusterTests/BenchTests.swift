import Foundation
import TestSupport
import Testing

extension ClusterTests {
    @Suite("The bench")
    struct BenchTests {
        private struct Results: Decodable {
            struct Row: Decodable {
                let name: String
                let measures: [Measured]
            }

            struct Measured: Decodable {
                let measure: String
                let medians: [String: Double]
                let hubToFloor: Double?
            }

            let rows: [Row]
        }

        @Test("measures the hub and the floor, loses nothing, and writes a table, a file for programs and a chart")
        func smallRun() async throws {
            let directory = try TestDirectory()
            defer { directory.remove() }
            let output = directory.file("results")
            let bench = try await ChildProcess.start(
                [Binaries.hubbench, "run", "--hub", Binaries.hub, "--rows", "batch", "--seconds", "1", "--rounds", "2"]
                    + ["--without-peers", "--output", output], output: directory.file("log"))
            #expect(try await bench.wait(within: .seconds(60)) == .exited(0), "\(bench.text)")
            let data = try Data(contentsOf: URL(fileURLWithPath: "\(output)/results.json"))
            let row = try #require(try JSONDecoder().decode(Results.self, from: data).rows.first)
            #expect(row.name == "batch")
            let cpu = try #require(row.measures.first { $0.measure == "CPU per event and stream" })
            #expect(try #require(cpu.medians["hub"]) > 0 && #require(cpu.medians["floor"]) > 0)
            #expect(try #require(cpu.hubToFloor) > 0)
            let lost = try #require(row.measures.first { $0.measure == "deliveries lost" })
            #expect(lost.medians == ["hub": 0, "floor": 0])
            let table = try String(contentsOfFile: "\(output)/results.md", encoding: .utf8)
            #expect(table.contains("| what | measure | hub | floor | hub : floor | goal |\n| --- |"), "\(table)")
            #expect(bench.text.hasSuffix(table) || bench.text.contains(table), "\(bench.text)")
            #expect(try String(contentsOfFile: "\(output)/chart.svg", encoding: .utf8).hasPrefix("<svg "))
        }

        @Test(
            "says in one line what is wrong with its options",
            arguments: [
                (["--hub", "/nonexistent"], "there is no program '/nonexistent'"),
                (
                    ["--hub", "/bin/true", "--rows", "fanout,nothing"],
                    "there is no row 'nothing'; there are fanout-2000"
                ),
                (["--hub", "/bin/true", "--rounds", "0"], "at least 1"),
            ])
        func wrongOption(arguments: [String], complaint: String) async throws {
            let directory = try TestDirectory()
            defer { directory.remove() }
            let bench = try await ChildProcess.start(
                [Binaries.hubbench, "run"] + arguments, output: directory.file("log"))
            #expect(try await bench.wait() == .exited(64))
            #expect(bench.text.contains(complaint), "\(bench.text)")
        }
    }
}
