"""The worker's loop: claims jobs, has them painted, publishes, hands back unfinished ones.

Painting happens in the threads of `engine.worker.step_pool`. All else happens on the event loop of
`run`, which computes nothing: beats, uploads and claims go on however long a step takes, and a slow
database or blob store never slows a painting.
"""

import asyncio
import contextlib
import os
import secrets
import socket
from collections.abc import Collection

from structlog.contextvars import bound_contextvars

from engine.model_cache import ModelCache
from engine.worker.active_job import ActiveJob, Failed, Outcome, Signal
from engine.worker.capacity import OfferedArea, Rate, Room
from engine.worker.completion import Completion
from engine.worker.job_runner import JobRunner, Materials
from engine.worker.lease import Lease
from engine.worker.maintenance import keep_up
from engine.worker.options import Until, WorkerOptions
from engine.worker.picture_reader import PictureReader
from engine.worker.retry import retry_while
from engine.worker.step_deadlines import StepDeadlines
from engine.worker.step_pool import StepPool, Work, default_parallel_steps
from engine.worker.uploads import ProgressUploader
from ganshare import __version__
from ganshare.blobs import Blobs
from ganshare.domain.engines import EngineReport
from ganshare.domain.jobs import Job
from ganshare.errors import BlobError, JobError, StoreError, WorldError
from ganshare.monitoring.health import Pulse
from ganshare.monitoring.log import get_logger, pseudonym
from ganshare.monitoring.metrics import Metrics
from ganshare.safety import SafetyCheck
from ganshare.sentences import sentence
from ganshare.store import Store, Topic

__all__ = ["Worker"]

IDLE_SECONDS = 5.0  # between two looks at the queue, should a notification get lost
HOLD_BACK = 0.05  # for each job in hand, before the next claim: idle engines go first
FETCH_SECONDS = 30.0
GOODBYE_SECONDS = 5.0
LOOK_SECONDS = 1.0

_log = get_logger(__name__)


class Worker:
    """One engine: `run` it once.

    Args:
        store: entered already; the models should be warm.
        name: its id in the store; made from host and process if left out.
        safety: judges pictures to begin from, and finished ones; None: all are shown.

    Attributes:
        idle: after `run`, whether no thread is still in the middle of a step.
        hung: whether a step took longer than it may; then the worker hands everything back and
            ends, since nothing but the end of its process ends such a step.
        offered: the largest canvas that it takes.
    """

    def __init__(
        self,
        store: Store,
        blobs: Blobs,
        models: ModelCache,
        options: WorkerOptions | None = None,
        *,
        metrics: Metrics | None = None,
        pulse: Pulse | None = None,
        name: str | None = None,
        safety: SafetyCheck | None = None,
    ) -> None:
        self.store, self.blobs, self.models = store, blobs, models
        self.options, self.safety = options or WorkerOptions(), safety
        self.metrics = metrics or Metrics("engine")
        self.pulse = pulse or Pulse(300.0)
        self.id = name or f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
        parallel_steps = self.options.parallel_steps or default_parallel_steps(models.device)
        self.rate = Rate()
        self.hands: set[ActiveJob] = set()
        deadlines = StepDeadlines(self.options.step_seconds)
        self._pool = StepPool(parallel_steps, self.pulse.tick, deadlines)
        room = Room.of(models.device, parallel_steps, models.channels)
        self.offered = OfferedArea(self.options.max_area or room.largest_area, self._pool, room)
        self._tasks: set[asyncio.Task[None]] = set()
        self._claiming: asyncio.Task[list[Job]] | None = None
        self.draining = self.overdue = self.idle = self.hung = False
        self._settlement = Completion(
            store,
            blobs,
            self.metrics,
            self.rate,
            publish_seconds=self.options.publish_seconds,
            overdue=lambda: self.overdue,
            on_too_large=self.offered.shrink,
        )
        self._makes_room = False
        self._changed = asyncio.Event()
        self._hurrying = asyncio.Event()

    async def run(self) -> None:
        """Work until `stop`, or as `options.until` says; no lease is left behind."""
        _log.info(
            "the engine is at work", engine=self.id, models=self.models.names,
            max_area=self.offered.area, batch=self.options.batch, lanes=self._pool.parallel_steps,
        )  # fmt: skip
        upkeep = asyncio.create_task(
            keep_up(
                self.store, self.blobs, self.metrics, self.report, self.options.keep_seconds,
                self.make_room, self.drain,
            ),
            name="upkeep",
        )  # fmt: skip
        watch = asyncio.create_task(self._watch(), name="watch")
        work = asyncio.create_task(self._work(), name="work")
        hurry = asyncio.create_task(self._hurrying.wait(), name="hurry")
        try:
            tasks = {upkeep, watch, work, hurry}
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in (upkeep, watch, work):
                if task.done():
                    task.result()  # raises what nobody foresaw
        finally:
            tasks |= self._tasks
            for each in tasks:
                each.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._say_goodbye()

    def stop(self) -> None:
        """Finish what can be finished in time and hand back the rest.

        A second call hands everything back immediately.
        """
        if self.draining:
            self.hurry()
            return
        self.draining = True
        seconds = self.options.drain_seconds
        _log.info("draining", grace_seconds=seconds, jobs=len(self.hands))
        self._suspend(*self.hands)
        asyncio.get_running_loop().call_later(seconds, self._run_late)
        self._changed.set()

    def drain(self, subjects: Collection[str]) -> None:
        """Hand back what is drained, as `ganshare queue drain` says, and go on with the rest."""
        for active_job in self.hands:
            names = {"all", f"engine:{self.id}", f"model:{active_job.job.request.model}"}
            if not names.isdisjoint(subjects) and active_job.signal is Signal.CONTINUE:
                self._suspend(active_job)

    def _suspend(self, *active_jobs: ActiveJob) -> None:
        """Hand jobs back after the present step, but for those that are soon done."""
        for active_job in active_jobs:
            left = active_job.seconds_left(self._settlement.upscaling_seconds)
            if left is None or left > self.options.drain_seconds:
                active_job.signal = Signal.SUSPEND

    def hurry(self) -> None:
        """Hand back everything now, with the states that are saved already."""
        self.draining = self.overdue = True
        self._hurrying.set()

    def report(self) -> EngineReport:
        """This engine's report to the store."""
        return EngineReport(
            id=self.id,
            host=socket.gethostname(),
            models=self.models.claims,
            max_area=self.offered.area,
            batch=self.options.batch,
            rate=self.rate.value,
            running=tuple(active_job.job.id for active_job in self.hands),
            version=__version__,
            min_area=self.options.min_area,
            room=self.offered.room,
            cutout_area=self.offered.cutout_area,
            reads=self.models.perceptor.reads,
        )

    def make_runner(self, active_job: ActiveJob, materials: Materials) -> Work:
        """Set up what paints a job, step by step, or describes its picture."""
        if active_job.job.request.describes:
            return PictureReader(active_job, materials, self.models, self.safety)
        pace = self.options.pace
        return JobRunner(active_job, materials, self.models, pace, self.metrics, self.safety)

    async def _watch(self) -> None:
        """Look for jobs and steps that take too long."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            self._pool.clock.tick()
            self.offered.recover()
            for active_job in self.hands:
                if active_job.seconds > self.options.job_seconds:
                    minutes = self.options.job_seconds / 60
                    too_long = JobError(sentence("job-long", allowed=round(minutes)))
                    active_job.conclude(Failed(too_long))
                    active_job.drop()
            if not self.hung and (works := self._pool.overdue()):
                self._end_hung(works)

    def _end_hung(self, works: list[Work]) -> None:
        """Have these fail, hand back the others, end."""
        _log.critical("a step hangs; the engine ends", steps=len(works), jobs=len(self.hands))
        self.hung = self.draining = True
        for work in works:
            work.fail(WorldError(sentence("engine-hung")))
        self._run_late()
        self._changed.set()

    def _run_late(self) -> None:
        """Hand back even what was to be finished: the grace period is over."""
        self.overdue = True
        for active_job in self.hands:
            active_job.signal = Signal.SUSPEND
        asyncio.get_running_loop().call_later(GOODBYE_SECONDS, self.hurry)

    async def _say_goodbye(self) -> None:
        """Release what is still in hand, close the step pool, leave the list of engines."""
        for active_job in self.hands:
            active_job.drop()
        jobs = [active_job.job for active_job in self.hands]
        released: list[bool] = []
        try:
            async with asyncio.timeout(GOODBYE_SECONDS):
                released = await asyncio.gather(*map(self.store.queue.release, jobs))
                if self.overdue and self._claiming is not None:
                    # perhaps nobody waited for it any more; what is not ours stays as it is
                    await asyncio.gather(*map(self.store.queue.release, await self._claiming))
                await self.store.queue.forget_engine(self.id)
        except (StoreError, TimeoutError) as error:
            _log.warning("the store was not told of the end", reason=str(error) or "no answer")
        patience = 0.0 if self.hung else GOODBYE_SECONDS
        self.idle = await asyncio.to_thread(self._pool.close, patience)
        _log.info("the engine has ended", handed_back=sum(released))

    # --- claiming -----------------------------------------------------------------------------

    async def _work(self) -> None:
        await self._claim_on()
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _claim_on(self) -> None:
        pause = 0.5
        while not self.draining:
            if self._pool.idle:
                self.pulse.tick()  # else the step threads do
            if not self._may_claim:
                await self._something_changes()
                continue
            in_hand = bool(self.hands)  # one that fails meanwhile is queued again
            try:
                jobs = await self._claim()
            except StoreError as error:
                self.metrics.store_errors.labels("store").inc()
                _log.warning("claiming failed, trying again", reason=str(error), in_seconds=pause)
                await self._something_changes(pause)
                pause = min(2 * pause, IDLE_SECONDS)
                continue
            pause = 0.5
            for job in jobs:
                self._take(job)
            if jobs and self.options.until is Until.ONE_DONE:
                return
            if jobs:
                await asyncio.sleep(HOLD_BACK * len(self.hands))
            elif (self.offered.is_starved and not self.hands) or (
                self.options.until is Until.NONE_LEFT and not in_hand
            ):
                return
            else:
                await self._work_comes()

    async def _claim(self) -> list[Job]:
        """Claim one job; if this is cancelled, `_claiming` has what was claimed."""
        self._claiming = asyncio.create_task(
            self.store.queue.claim(
                self.id,
                models=self.models.claims,
                max_area=self.offered.area,
                min_area=self.options.min_area,
                room=self.offered.room,
                cutout_area=self.offered.cutout_area,
                warm=self.models.loaded,
                alone=not self.hands,
            )
        )
        return await asyncio.shield(self._claiming)

    @property
    def _may_claim(self) -> bool:
        """Whether to take another job: none beside a suspect, and none while one should get in."""
        if not self.hands:
            self._makes_room = False
        suspect = any(active_job.job.suspect for active_job in self.hands)
        return self._free > 0 and not suspect and not self._makes_room

    def make_room(self) -> None:
        """Claim nothing until all jobs in hand have ended: a suspect waits to be painted alone."""
        self._makes_room = bool(self.hands)

    @property
    def _free(self) -> int:
        """How many more jobs to take: a picture that waits to be published takes half a place."""
        painting = sum(not active_job.outcome.done() for active_job in self.hands)
        return min(self.options.batch - painting, 2 * self.options.batch - len(self.hands))

    async def _something_changes(self, seconds: float = IDLE_SECONDS) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        self._changed.clear()

    async def _work_comes(self) -> None:
        """Wait for a notification or a change of one of our jobs."""
        notification = asyncio.create_task(self.store.wait(IDLE_SECONDS, Topic.WORK))
        change = asyncio.create_task(self._changed.wait())
        await asyncio.wait({notification, change}, return_when=asyncio.FIRST_COMPLETED)
        for task in (notification, change):
            task.cancel()
        await asyncio.gather(notification, change, return_exceptions=True)
        self._changed.clear()

    def _take(self, job: Job) -> None:
        self.metrics.claims.inc()
        if job.attempt == 1 and job.started is not None:
            self.metrics.wait_seconds.observe(max(0.0, job.started - job.created))
        active_job = ActiveJob.of(job, self.metrics.frames_dropped.inc)
        if self.draining:
            active_job.signal = Signal.SUSPEND
        self.hands.add(active_job)
        self._count()
        task = asyncio.create_task(self._serve(active_job), name=f"job {job.id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _count(self) -> None:
        self.rate.busy(bool(self.hands))
        self.metrics.batch_jobs.set(len(self.hands))
        self._changed.set()

    # --- serving ------------------------------------------------------------------------------

    async def _serve(self, active_job: ActiveJob) -> None:
        """Process one job to its end; no error of it ends the engine."""
        job = active_job.job
        with bound_contextvars(job=job.id, attempt=job.attempt, person=pseudonym(job.person)):
            _log.info("job claimed", prompt_length=len(job.request.prompt), steps=job.steps)
            lease = Lease(
                self.store, job, self.store.queue.limits.lease_seconds,
                lambda: active_job.progress, active_job.drop, self.metrics,
                lambda: self.pulse.alive,
            )  # fmt: skip
            uploader = ProgressUploader(self.blobs, active_job, lease, self.metrics, self.safety)
            try:
                async with lease:
                    async with uploader.at_work():
                        outcome = await self._paint_job(active_job, lease)
                    self._changed.set()  # there is room for another job
                    await self._settlement.settle(active_job, outcome, lease, uploader)
            except Exception as error:  # then the lease runs out, and an engine reaps the job
                _log.exception("a job was left to its lease", reason=str(error))
            self.hands.discard(active_job)
            self._count()

    async def _paint_job(self, active_job: ActiveJob, lease: Lease) -> Outcome:
        try:
            materials = await self._fetch(active_job.job, lease)
        except WorldError as error:
            return Failed(error)
        self._pool.add(self.make_runner(active_job, materials))
        return await active_job.outcome

    async def _fetch(self, job: Job, lease: Lease) -> Materials:
        """What the job was begun with; raises BlobError without the picture to start from."""
        init, state = job.request.init_image, None
        if job.saved_state is not None:
            try:
                state = await self.blobs.get(job.saved_state)
            except BlobError as error:
                _log.warning("the painting begins anew", reason=str(error))
        if init is None:
            return Materials(None, state)
        found = await retry_while(
            "fetching the init image",
            lambda: self.blobs.get(init),
            still=lambda: lease.held and not self.draining,
            seconds=FETCH_SECONDS,
            metrics=self.metrics,
        )
        return Materials(found, state)
