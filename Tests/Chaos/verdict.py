"""What a run showed, per client and in sum."""
import dataclasses


@dataclasses.dataclass
class Verdict:
    """Numbers of one run. `lost`, `doubled`, `disordered` and `ghosts` must be zero."""

    published: int = 0
    unknown: int = 0
    refused: int = 0
    delivered: int = 0
    lost: int = 0  # acknowledged, not received, and no reset explains it
    explained: int = 0  # acknowledged, not received, and a reset was told
    doubled: int = 0
    disordered: int = 0
    ghosts: int = 0  # received, though its publish was answered 503
    resets: int = 0
    untold: int = 0  # subscribers that were told no reset
    reconnects: int = 0
    expired: int = 0  # of them, since a token had ended
    seconds: float = 0.0

    @property
    def is_clean(self):
        return not (self.lost or self.doubled or self.disordered or self.ghosts)

    @classmethod
    def of(cls, ledger, subscribers):
        """Compares what each subscriber got with what was published to its topics."""
        verdict = cls(published=len(ledger.acknowledged), unknown=len(ledger.unknown), refused=len(ledger.refused))
        by_topic = {}
        for key in ledger.acknowledged:
            by_topic.setdefault(ledger.topic[key], set()).add(key)
        for subscriber in subscribers:
            verdict._judge(ledger, by_topic, subscriber)
        return verdict

    def _judge(self, ledger, by_topic, subscriber):
        got = set(subscriber.keys)
        self.delivered += len(got)
        self.doubled += len(subscriber.keys) - len(got)
        self.disordered += subscriber.out_of_order
        self.ghosts += len(got & ledger.refused)
        self.resets += len(subscriber.resets)
        self.untold += not subscriber.resets
        self.reconnects += subscriber.openings - 1
        self.expired += subscriber.expirations
        for topic in subscriber.topics:
            # A reset is about what was published before it was told.
            told = max((when for when, of, _ in subscriber.resets if of == topic), default=0)
            for key in by_topic.get(topic, set()) - got:
                if ledger.begun[key] <= told:
                    self.explained += 1
                else:
                    self.lost += 1


def missing(ledger, subscriber):
    """How many acknowledged events the subscriber has not got, those before its last reset aside."""
    told = max((when for when, _, _ in subscriber.resets), default=0)
    got = set(subscriber.keys)
    return sum(
        1 for key in ledger.acknowledged
        if ledger.topic[key] in subscriber.topics and key not in got and ledger.begun[key] > told)
