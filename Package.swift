// swift-tools-version: 6.2

import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioWebSocket: Target.Dependency = .product(name: "NIOWebSocket", package: "swift-nio")
let nioHTTP2: Target.Dependency = .product(name: "NIOHTTP2", package: "swift-nio-http2")
let nioHPACK: Target.Dependency = .product(name: "NIOHPACK", package: "swift-nio-http2")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let nioTLS: Target.Dependency = .product(name: "NIOTLS", package: "swift-nio")
let x509: Target.Dependency = .product(name: "X509", package: "swift-certificates")
let asn1: Target.Dependency = .product(name: "SwiftASN1", package: "swift-asn1")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let deque: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")
let heap: Target.Dependency = .product(name: "HeapModule", package: "swift-collections")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let histogram: Target.Dependency = .product(name: "Histogram", package: "hdrhistogram-swift")
let jwt: Target.Dependency = .product(name: "JWTKit", package: "jwt-kit")
let httpClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")

// Each target imports only those above it; the folders mirror how an event travels.
let package = Package(
    name: "comethub",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "hub", targets: ["hub"]),
        .executable(name: "hubctl", targets: ["hubctl"]),
        .library(name: "HubClient", targets: ["HubClient"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-http2.git", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-certificates.git", from: "1.15.0"),
        .package(url: "https://github.com/apple/swift-asn1.git", from: "1.5.0"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-collections.git", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/vapor/jwt-kit.git", from: "5.7.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift.git", from: "0.2.0"),
        .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.4.0"),
    ],
    targets: [
        // Another version than the system's is named to pkg-config, so that only what uses it is compiled anew.
        .systemLibrary(
            name: "CHiredis", pkgConfig: Context.environment["HUB_HIREDIS"].map { _ in "hiredis" },
            providers: [.apt(["libhiredis-dev"])]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CLibYAML", providers: [.apt(["libyaml-dev"])]),
        .target(name: "ByteStrings", swiftSettings: settings),
        .target(
            name: "RedisWire",
            dependencies: ["ByteStrings", "CHiredis", nioCore, nioPosix, nioSSL, logging, deque],
            swiftSettings: settings),
        .target(
            name: "ByteStreams", dependencies: [nioCore, logging], swiftSettings: settings),
        .target(
            name: "HTTPWire",
            dependencies: [
                "ByteStrings", "ByteStreams", httpTypes, nioCore, nioPosix, nioHTTP1, nioHTTP2, nioHPACK, nioSSL,
                nioTLS, x509, asn1, crypto, logging, deque,
            ],
            swiftSettings: settings),
        .target(
            name: "HubCore",
            dependencies: ["ByteStrings", "ByteStreams", nioCore, nioPosix, logging, deque, heap],
            swiftSettings: settings),
        .target(
            name: "HubTokens", dependencies: ["ByteStrings", "HubCore", jwt, httpClient, nioCore, nioHTTP1, logging],
            swiftSettings: settings),
        .target(
            name: "HubHooks",
            dependencies: [
                "ByteStreams", "ByteStrings", "HubCore", "HubTokens", httpClient, nioCore, nioHTTP1, crypto, logging,
            ],
            swiftSettings: settings),
        .target(
            name: "HubDoor",
            dependencies: ["ByteStrings", "HubCore", "HubHooks", "HubTokens", nioCore, crypto, logging],
            swiftSettings: settings),
        .target(
            name: "HubRedis",
            dependencies: ["ByteStrings", "HubCore", "RedisWire", nioCore, nioPosix, logging, deque],
            resources: [.embedInCode("Lua")],
            swiftSettings: settings),
        .target(
            name: "HubTransports",
            dependencies: [
                "ByteStrings", "ByteStreams", "HTTPWire", "HubCore", "HubDoor", "CZlib", httpTypes, nioCore, nioPosix,
                nioWebSocket,
                logging, deque, crypto,
            ],
            swiftSettings: settings),
        .target(
            name: "WebAssets",
            path: "web",
            exclude: ["hub", "hub.js", "package.json", "README.md"],
            resources: [
                .embedInCode("hub.min.js"), .embedInCode("hub.d.ts"), .embedInCode("index.html"), .embedInCode("demo"),
                .embedInCode("console"),
            ],
            swiftSettings: settings),
        .target(
            name: "HubServer",
            dependencies: [
                "ByteStrings", "ByteStreams", "HTTPWire", "WebAssets", "HubCore", "HubDoor", "HubHooks", "HubTokens",
                "HubTransports", "CZlib",
                httpTypes,
                nioCore,
                nioPosix, logging, deque, crypto, lifecycle,
            ],
            resources: [.embedInCode("Operating/openapi.yaml")],
            swiftSettings: settings),
        .target(
            name: "HubClient",
            dependencies: ["ByteStrings", httpClient, nioCore, nioPosix, nioHTTP1, nioSSL, logging],
            swiftSettings: settings),
        .systemLibrary(name: "CEpoll"),
        .target(name: "HubLoad", dependencies: ["CEpoll", histogram], swiftSettings: settings),
        .target(
            name: "HubControl",
            dependencies: [
                "ByteStrings", "HubClient", "HubCore", "HubLoad", "HubTokens", nioCore, arguments, logging, deque,
            ],
            path: "Sources/hubctl",
            swiftSettings: settings),
        .executableTarget(
            name: "hub",
            dependencies: [
                "ByteStrings", "ByteStreams", "HTTPWire", "HubControl", "HubCore", "HubDoor", "HubHooks", "HubRedis",
                "HubTokens",
                "HubTransports",
                "HubServer",
                "RedisWire",
                nioCore, nioPosix, logging,
                lifecycle, signals, arguments, "CLibYAML",
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "hubctl", dependencies: ["HubControl"], path: "Sources/hubctl-main", swiftSettings: settings),
        .executableTarget(
            name: "hubbench", dependencies: ["ByteStrings", "CEpoll", "HubLoad", "HubTokens", arguments, crypto],
            path: "Benchmarks/hubbench",
            swiftSettings: settings),
        .target(
            name: "TestSupport", dependencies: [httpTypes, nioCore, nioPosix, nioHTTP1], path: "Tests/TestSupport",
            swiftSettings: settings),
        .testTarget(name: "ByteStringsTests", dependencies: ["ByteStrings"], swiftSettings: settings),
        .testTarget(
            name: "HTTPWireTests",
            dependencies: ["ByteStreams", "ByteStrings", "HTTPWire", "TestSupport", httpTypes, nioCore, nioHTTP1],
            swiftSettings: settings),
        .testTarget(
            name: "RedisWireTests",
            dependencies: [
                "CHiredis", "RedisWire", "TestSupport", nioCore, nioPosix, nioEmbedded, nioSSL, logging,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "HubCoreTests",
            dependencies: [
                "ByteStreams", "ByteStrings", "HubCore", "TestSupport", nioCore, nioPosix, nioEmbedded, logging,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "HubRedisTests",
            dependencies: ["HubRedis", "HubCore", "RedisWire", "TestSupport", nioCore, nioPosix],
            swiftSettings: settings),
        .testTarget(
            name: "HubTokensTests",
            dependencies: ["ByteStrings", "HubCore", "HubTokens", "TestSupport", jwt, nioCore, nioPosix, logging],
            swiftSettings: settings),
        .testTarget(
            name: "HubTransportsTests",
            dependencies: [
                "ByteStrings", "ByteStreams", "HTTPWire", "HubTransports", "TestSupport", "HubCore", httpTypes, nioCore,
                nioPosix, nioEmbedded, nioWebSocket,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "HubServerTests",
            dependencies: [
                "ByteStrings", "ByteStreams", "HTTPWire", "HubServer", "TestSupport", "HubTransports", "HubTokens",
                "HubDoor", "HubHooks", "HubCore", "HubRedis", "RedisWire",
                "WebAssets",
                nioCore, nioPosix, nioEmbedded, nioHTTP1, nioHPACK, nioSSL,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "HubClientTests",
            dependencies: ["HubClient", "TestSupport", nioCore, nioPosix, nioHTTP1],
            swiftSettings: settings),
        .testTarget(name: "HubLoadTests", dependencies: ["HubLoad"], swiftSettings: settings),
        .testTarget(
            name: "ClusterTests",
            dependencies: [
                "ByteStrings", "HubClient", "HubTokens", "TestSupport", nioCore, nioPosix, nioHTTP1, nioWebSocket,
            ],
            swiftSettings: settings),
    ]
)
