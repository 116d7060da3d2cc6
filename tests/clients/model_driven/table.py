"""What the run has seen, as a table: an action a row."""

from collections import Counter


class Table:
    def __init__(self, model):
        self.model = model
        self.outcomes = {action: Counter() for action in model.operations}
        self.elsewhere = Counter()

    def count(self, action, outcome):
        self.outcomes.get(action, self.elsewhere)[outcome] += 1

    def never(self, outcome):
        return [action for action, outcomes in self.outcomes.items() if not outcomes[outcome]]

    def print(self):
        print(f"{'action':34}{'requests':>9}{'200':>7}{'own':>7}{'common':>8}  errors; * marks those that any action may have")
        total = Counter()
        for action, outcomes in self.outcomes.items():
            self._row(action, outcomes, self.model.errors(action))
            total += outcomes
        self._row("(no action)", self.elsewhere, set())
        requests = (total + self.elsewhere).total()
        print(f"in all: {requests} requests, {total['200']} of them answered with 200")

    def _row(self, action, outcomes, own):
        errors = {code: number for code, number in outcomes.items() if code != "200"}
        listed = sum(number for code, number in errors.items() if code in own)
        shown = sorted(errors.items(), key=lambda item: (item[0] not in own, -item[1]))
        shown = ", ".join(f"{code}{'' if code in own else '*'} {number}" for code, number in shown)
        requests, common = outcomes.total(), sum(errors.values()) - listed
        print(f"{action:34}{requests:9}{outcomes['200']:7}{listed:7}{common:8}  {shown}")
