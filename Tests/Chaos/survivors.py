"""What is judged after servers have failed over: by what the primary has in the end, which is the one history there is."""
from verdict import Verdict


class Survivors:
    """Holds everybody against the topics' logs.

    Who was told no reset has got just what is in them, in their order, once. So has whoever was told one, since then: a
    stream goes on with the oldest event there is. A reset `lost` is due to whoever was sent what is not in them, and to
    nobody of whose topics all that was acknowledged is there.
    """

    def __init__(self, ledger, logs):
        self.ledger = ledger
        self.logs = logs  # of each topic, the numbers of its events in their order
        self.survivors = {key for log in logs.values() for key in log}
        self.vanished = set(ledger.acknowledged) - self.survivors

    @classmethod
    async def read(cls, ledger, primary):
        """Reads the logs of all topics from the primary."""
        logs = {}
        for topic in set(ledger.topic.values()):
            entries = await primary.asker.call("XRANGE", f"hub:{{0}}:log:{topic}", "-", "+", seconds=30)
            fields = [dict(zip(fields[::2], fields[1::2])) for _, fields in entries]
            logs[topic] = [int(of["d"].partition(" ")[0]) for of in fields]
        return cls(ledger, logs)

    def is_missing(self, subscriber):
        """Whether a subscriber has not got everything yet."""
        return any(set(self.logs[topic]) - set(self._parts(subscriber, topic)[-1]) for topic in subscriber.topics)

    def verdict(self, subscribers):
        verdict = Verdict.about(self.ledger)
        for subscriber in subscribers:
            verdict.count(self.ledger, subscriber)
            for topic in subscriber.topics:
                self._judge(subscriber, topic, verdict)
            verdict.needless += self._is_needless(subscriber)
        told = sum(any(reset.reason == "lost" for reset in one.resets) for one in subscribers)
        print(f"    {len(self.vanished)} acknowledged events are not in the last primary; {told} of {len(subscribers)} "
              f"subscribers were told `lost`, {sum(map(self._was_spared, subscribers))} of them had been sent none of those")
        return verdict

    def _judge(self, subscriber, topic, verdict):
        parts, log = self._parts(subscriber, topic), self.logs[topic]
        verdict.doubled += sum(len(part) - len(set(part)) for part in parts)
        verdict.lost += len(set(log) - set(parts[-1]))
        verdict.silent += len(set(parts[-1]) - set(log))
        verdict.disordered += [key for key in parts[-1] if key in self.survivors] != log and not set(log) ^ set(parts[-1])
        if len(parts) > 1:
            verdict.explained += sum(self.ledger.topic[key] == topic for key in self.vanished)

    def _parts(self, subscriber, topic):
        """The numbers of a topic's events that a subscriber got, up to its first reset, from there to its next, and so on."""
        parts, begin = [], 0
        for reset in (one for one in subscriber.resets if one.topic == topic):
            parts.append(subscriber.keys[begin:reset.at])
            begin = reset.at
        parts.append(subscriber.keys[begin:])
        return [[key for key in part if self.ledger.topic[key] == topic] for part in parts]

    def _is_needless(self, subscriber):
        """Whether it was told a reset when nothing that had been acknowledged in one of its topics was gone."""
        gone = [self.ledger.begun[key] for key in self.vanished | set(subscriber.keys) - self.survivors
                if self.ledger.topic[key] in subscriber.topics]
        return any(reset.when < min(gone, default=reset.when + 1) for reset in subscriber.resets)

    def _was_spared(self, subscriber):
        """Whether it was told a reset, and had been sent nothing of what is gone."""
        return bool(subscriber.resets) and not set(subscriber.keys) - self.survivors
