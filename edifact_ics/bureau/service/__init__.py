"""The middleware of a bureau, and the Customs to practise against: intake, work, outbox, answers.

`configuration` is what an instance is told, `instance` an instance at work. Mails come in through `channels`, are kept
in the `store` of payloads before anything is acknowledged, and go their way in steps, each one transaction (`work`).
"""
