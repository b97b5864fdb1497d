import Foundation
import HubServer
import Testing

/// The table in `docs/operating.md` is that of the list of settings. `make docs` writes it.
struct SettingTableTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
        .standardized
    private static let document = root.appending(path: "docs/operating.md")
    private static let head = "| flag | default | meaning |"

    @Test func theDocumentationHasTheTableOfTheList() throws {
        let text = try String(contentsOf: Self.document, encoding: .utf8)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let start = try #require(lines.firstIndex(of: Self.head))
        let end = lines[start...].firstIndex { !$0.hasPrefix("|") } ?? lines.endIndex
        let table = [Self.head, "| --- | --- | --- |"] + ([.configurationFile] + Setting.all).map(Self.row)
        guard ProcessInfo.processInfo.environment["HUB_WRITE_DOCS"] == nil else {
            let rewritten = lines[..<start] + table + lines[end...]
            return try rewritten.joined(separator: "\n").write(to: Self.document, atomically: true, encoding: .utf8)
        }
        let difference = table.difference(from: lines[start..<end])
        #expect(difference.isEmpty, "make docs would write it anew")
    }

    @Test func aPlaceholderWithChoicesIsOneCell() {
        #expect(Setting.all.allSatisfy { Self.row($0).replacing("\\|", with: "").filter { $0 == "|" }.count == 4 })
    }

    @Test func whatIsSetWhereHubsAreDeployedIsASetting() throws {
        // Those of Compose, and that of hubctl.
        let others: Set = ["HUB_ADDRESS", "HUB_BINARIES", "HUB_VERSION", "HUB_URL", "HUB_TLS"]
        let known = others.union(Setting.all.map(\.variable))
        let deployed = try #require(FileManager.default.subpaths(atPath: Self.root.appending(path: "deploy").path))
        for path in ["docker-compose.yml", ".env.example"] + deployed.map({ "deploy/\($0)" }) {
            guard let text = try? String(contentsOf: Self.root.appending(path: path), encoding: .utf8) else { continue }
            let names = Set(text.matches(of: /HUB_[A-Z_]+/).map { String($0.output) })
            #expect(names.subtracting(known).isEmpty, "\(path)")
        }
    }

    private static func row(_ setting: Setting) -> String {
        let value = setting.kind == .toggle ? "" : " \(setting.placeholder)"
        let meaning = setting.notes.isEmpty ? setting.summary : "\(setting.summary) \(setting.notes)"
        let cells = ["`\(setting.flag)\(value)`", setting.defaultValue ?? "", meaning]
        return "|" + cells.map { $0.isEmpty ? " |" : " \($0.replacing("|", with: "\\|")) |" }.joined()
    }
}
