import Testing

@testable public import HubCore

@Suite struct PageSweepTests {
    @Test("Any number of waiters cost as many reads as there are pages", arguments: [1, 10, 1000])
    func readsEachPageOnce(count: Int) throws {
        let log = try Sample.chain(after: 0, Array(1...100))
        var sweep = PageSweep(pageCount: 10)
        var places: [Int: Offset] = [:]
        for waiter in 0..<count { places[waiter] = 0 }
        var reads = 0
        var pending: Offset?
        for (waiter, position) in places {
            let (page, action) = sweep.request(after: position, wanted: 10, shard: waiter)
            #expect(page == nil)
            guard case .read(let position, _) = action else { continue }
            #expect(pending == nil, "one read at a time")
            pending = position
        }
        while let position = pending {
            reads += 1
            pending = nil
            let page = Self.read(log, after: position, limit: 10)
            let (shards, action) = sweep.finish(page)
            #expect(shards == Set(places.keys))
            if case .read(let next, _) = action { pending = next }
            for waiter in shards {
                places[waiter] = page.through
                guard page.through < 100 else { continue }
                let (held, action) = sweep.request(after: page.through, wanted: 10, shard: waiter)
                #expect(held == nil)
                if case .read(let next, _) = action { pending = next }
            }
        }
        #expect(reads == 10)
        #expect(places.values.allSatisfy { $0 == 100 })
    }

    @Test func aHeldPageIsGivenAtOnce() throws {
        let log = try Sample.chain(after: 0, [10, 20, 30])
        var sweep = PageSweep(pageCount: 10)
        _ = sweep.request(after: 0, wanted: 10, shard: 0)
        let page = Self.read(log, after: 0, limit: 2)
        _ = sweep.finish(page)
        for position: Offset in [0, 5, 10, 19] {
            #expect(sweep.request(after: position, wanted: 10, shard: 1).page === page)
        }
        let (held, action) = sweep.request(after: 20, wanted: 10, shard: 1)
        #expect(held == nil && action == .read(after: 20, limit: 10))
    }

    @Test func theLowestPlaceIsReadFirstAndCoversWhatItReaches() throws {
        let log = try Sample.chain(after: 0, [10, 20, 30, 40])
        var sweep = PageSweep(pageCount: 10)
        #expect(sweep.request(after: 35, wanted: 10, shard: 0).action == .read(after: 35, limit: 10))
        for (shard, position): (Int, Offset) in [(1, 25), (2, 5), (3, 12)] {
            #expect(sweep.request(after: position, wanted: 10, shard: shard).action == .none)
        }
        var (shards, action) = sweep.finish(Self.read(log, after: 35, limit: 2))
        #expect(shards == [0] && action == .read(after: 5, limit: 10))
        (shards, action) = sweep.finish(Self.read(log, after: 5, limit: 2))
        #expect(shards == [2, 3] && action == .read(after: 25, limit: 10))
        (shards, action) = sweep.finish(Self.read(log, after: 25, limit: 2))
        #expect(shards == [1] && action == .none)
    }

    @Test func aReadThatFailedIsTriedAgain() throws {
        var sweep = PageSweep(pageCount: 10)
        #expect(sweep.request(after: 3, wanted: 10, shard: 0).action == .read(after: 3, limit: 10))
        sweep.fail()
        #expect(sweep.retry() == .read(after: 3, limit: 10))
        // One that is under way already is not read twice.
        #expect(sweep.retry() == .none)
        #expect(sweep.finish(Self.read([], after: 3, limit: 2)).shards == [0])
        #expect(sweep.retry() == .none)
    }

    @Test func whoWantsFewGetsFewAndMoreEachTimeItGoesOn() throws {
        let log = try Sample.chain(after: 0, Array(1...100))
        var sweep = PageSweep(pageCount: 40)
        #expect(sweep.request(after: 0, wanted: 3, shard: 0).action == .read(after: 0, limit: 3))
        let first = Self.read(log, after: 0, limit: 3)
        _ = sweep.finish(first)
        #expect(sweep.request(after: 3, wanted: 3, shard: 0).action == .read(after: 3, limit: 12))
        let second = Self.read(log, after: 3, limit: 12)
        _ = sweep.finish(second)
        #expect(sweep.request(after: 20, wanted: 3, shard: 0).action == .read(after: 20, limit: 40))
        #expect(first.through == 3 && second.through == 15, "both are held until here")
    }

    @Test func aReadIsAsLongAsTheOneWhoWantsMostThere() throws {
        var sweep = PageSweep(pageCount: 40)
        #expect(sweep.request(after: 50, wanted: 3, shard: 0).action == .read(after: 50, limit: 3))
        for (position, wanted): (Offset, Int) in [(7, 2), (7, 9), (9, .max)] {
            #expect(sweep.request(after: position, wanted: wanted, shard: 1).action == .none)
        }
        let (_, action) = sweep.finish(Self.read([], after: 50, limit: 3))
        #expect(action == .read(after: 7, limit: 9))
    }

    @Test func forgottenPagesAreReadAgain() throws {
        let log = try Sample.chain(after: 0, [10, 20])
        var sweep = PageSweep(pageCount: 10)
        _ = sweep.request(after: 0, wanted: 10, shard: 0)
        _ = sweep.finish(Self.read(log, after: 0, limit: 9))
        sweep.forgetPages()
        #expect(sweep.request(after: 0, wanted: 10, shard: 0).action == .read(after: 0, limit: 10))
    }

    @Test func aPageThatEndsWhereItBeganSettlesItsOwnPlace() throws {
        var sweep = PageSweep(pageCount: 10)
        _ = sweep.request(after: 50, wanted: 10, shard: 4)
        let empty = TopicPage(
            from: 50, LogPage(epoch: Sample.epoch, clock: 50, floor: 0, last: 50, entries: [], hasMore: false))
        #expect(sweep.finish(empty).shards == [4])
    }

    /// What a bus whose clock is 100 answers.
    private static func read(_ log: [Event], after position: Offset, limit: Int) -> TopicPage {
        let rest = log.filter { $0.offset > position }
        return TopicPage(
            from: position,
            LogPage(
                epoch: Sample.epoch, clock: 100, floor: 0, last: log.last?.offset, entries: Array(rest.prefix(limit)),
                hasMore: rest.count > limit))
    }
}

extension PageSweep.Action: Equatable {
    public static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.none, .none): true
        case (.read(let left, let count), .read(let right, let other)): left == right && count == other
        default: false
        }
    }
}
