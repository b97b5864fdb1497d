"""What a run showed, per client and in sum."""
import dataclasses


@dataclasses.dataclass
class Verdict:
    """Numbers of one run. `lost`, `doubled`, `disordered`, `ghosts`, `needless` and `silent` must be zero."""

    published: int = 0
    unknown: int = 0
    refused: int = 0
    delivered: int = 0
    lost: int = 0  # acknowledged, not received, and no reset explains it
    explained: int = 0  # acknowledged, not received, and a reset was told
    doubled: int = 0
    disordered: int = 0
    ghosts: int = 0  # received, though its publish was answered 503
    silent: int = 0  # received, of a history that was cut off, and no reset was told after it
    needless: int = 0  # told `lost`, though nothing of the subscriber's topics was
    resets: int = 0
    untold: int = 0  # subscribers that were told no reset
    reconnects: int = 0
    expired: int = 0  # of them, since a token had ended
    seconds: float = 0.0

    @property
    def is_clean(self):
        return not (self.lost or self.doubled or self.disordered or self.ghosts or self.silent or self.needless)

    @classmethod
    def about(cls, ledger):
        """What publishers were answered."""
        return cls(published=len(ledger.acknowledged), unknown=len(ledger.unknown), refused=len(ledger.refused))

    def count(self, ledger, subscriber):
        """Adds what needs no comparison with what was published."""
        got = set(subscriber.keys)
        self.delivered += len(got)
        self.disordered += subscriber.out_of_order
        self.ghosts += len(got & ledger.refused)
        self.resets += len(subscriber.resets)
        self.untold += not subscriber.resets
        self.reconnects += subscriber.openings - 1
        self.expired += subscriber.expirations


class Acknowledged:
    """Judges by what publishers were told: everybody gets that, once."""

    def __init__(self, ledger):
        self.ledger = ledger
        self.by_topic = {}
        for key in ledger.acknowledged:
            self.by_topic.setdefault(ledger.topic[key], set()).add(key)

    def is_missing(self, subscriber):
        """Whether a subscriber has not got everything yet, what was published before its last reset aside."""
        told = max((reset.when for reset in subscriber.resets), default=0)
        got = set(subscriber.keys)
        return any(
            self.ledger.begun[key] > told
            for topic in subscriber.topics for key in self.by_topic.get(topic, set()) - got)

    def verdict(self, subscribers):
        verdict = Verdict.about(self.ledger)
        for subscriber in subscribers:
            verdict.count(self.ledger, subscriber)
            self._judge(subscriber, verdict)
        return verdict

    def _judge(self, subscriber, verdict):
        got = set(subscriber.keys)
        verdict.doubled += len(subscriber.keys) - len(got)
        for topic in subscriber.topics:
            # A reset is about what was published before it was told.
            told = max((reset.when for reset in subscriber.resets if reset.topic == topic), default=0)
            for key in self.by_topic.get(topic, set()) - got:
                if self.ledger.begun[key] <= told:
                    verdict.explained += 1
                else:
                    verdict.lost += 1
