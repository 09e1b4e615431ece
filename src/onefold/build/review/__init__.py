"""The review queue at work: doubtful cases within an actor's scope, answers that take effect, what they brought."""
