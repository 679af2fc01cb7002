"""`MailOutbox` that keeps the jobs."""

from __future__ import annotations

from collections.abc import Sequence

from portal.domain.mail import MailJob, MailTemplate


class FakeOutbox:
    """`mails` is what a sender would send: one per key, whatever was queued."""

    def __init__(self) -> None:
        self.jobs: list[MailJob] = []

    def put(self, jobs: Sequence[MailJob]) -> None:
        self.jobs.extend(jobs)

    def mails(self, template: MailTemplate) -> list[MailJob]:
        unique = {job.dedup_key: job for job in self.jobs}
        return [job for job in unique.values() if job.template is template]
