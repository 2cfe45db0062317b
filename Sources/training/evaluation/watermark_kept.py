"""Results that outlive a run: one JSON object a line, so that a run that was stopped, or one for other rows, goes on with them."""

import json


class Kept:
    """Answers by what was asked; `path` None keeps nothing beyond the run. Delete the file when a mark or detector changes."""

    def __init__(self, path):
        self.path, self.known = path, {}
        if path is not None and path.exists():
            for line in path.read_text().splitlines():
                question, answer = json.loads(line)
                self.known[tuple(question)] = answer

    def __contains__(self, question):
        return question in self.known

    def get(self, question, make):
        """The kept answer, or the made one."""
        if question not in self.known:
            self.known[question] = make()
            if self.path is not None:
                with self.path.open("a") as file:
                    file.write(json.dumps([question, self.known[question]]) + "\n")
        return self.known[question]
