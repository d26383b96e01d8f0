package io.ingot.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import io.ingot.run.Claims.Pulse;
import io.ingot.run.Completion.ReviewStart;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the tables must do on every database. Each database has an empty subclass. */
abstract class RunTablesContract {
  private static final String ENGINE = "engine-1";
  private static final String SUBJECT = "5".repeat(64);
  private static final RunPlan PAIR = Plans.job("pair").step("a").step("b", "a").plan();

  @SuppressWarnings("NullAway.Init")
  private Database database;

  @SuppressWarnings("NullAway.Init")
  private RunTables tables;

  /** An open database, which other tests may have used before. */
  abstract Database database();

  @BeforeEach
  void empty() {
    database = database();
    database.execute(
        connection -> {
          for (String table :
              List.of(
                  "run",
                  "step",
                  "step_input",
                  "attempt",
                  "cache_entry",
                  "slot",
                  "review",
                  "effect",
                  "outbox",
                  "engine",
                  "audit")) {
            Sql.update(connection, "DELETE FROM " + table);
          }
        });
    tables = with(RunSettings.DEFAULT);
    tables.claims().slots("cpu", 4);
  }

  private RunTables with(RunSettings settings) {
    return RunTables.of(database, settings);
  }

  private RunTables impatient(int maxAttempts) {
    return with(new RunSettings(Duration.ZERO, maxAttempts, Duration.ZERO, Duration.ZERO));
  }

  private String submit(RunPlan plan) {
    return tables.runs().submit(plan, null, "test");
  }

  private Claim claim() {
    return tables.claims().claim("cpu", ENGINE, null).orElseThrow();
  }

  private Optional<Claim> tryClaim() {
    return tables.claims().claim("cpu", ENGINE, null);
  }

  private static String digest(String text) {
    return CacheKey.of(text, 1, "{}", Map.of());
  }

  private boolean finish(Claim claim) {
    return tables.completion().done(claim, digest(claim.step()), false, null);
  }

  private StepState state(String run, String step) {
    return step(run, step).state();
  }

  private StepRecord step(String run, String step) {
    return tables.runs().steps(run).stream()
        .filter(s -> s.name().equals(step))
        .findFirst()
        .orElseThrow();
  }

  private RunState state(String run) {
    return tables.runs().find(run).orElseThrow().state();
  }

  private List<String> bells() {
    List<String> bells = new ArrayList<>();
    tables.outbox().relay(bell -> bells.add(bell.step()));
    return bells;
  }

  @Test
  void goesThroughAPlanStepByStep() {
    String run = submit(PAIR);
    assertThat(state(run, "a")).isEqualTo(StepState.READY);
    assertThat(state(run, "b")).isEqualTo(StepState.WAITING);
    assertThat(bells()).containsExactly("a");

    Claim a = claim();
    assertThat(a.fence()).isOne();
    assertThat(a.attempt()).isOne();
    assertThat(tryClaim()).isEmpty();
    assertThat(finish(a)).isTrue();
    assertThat(bells()).contains("b");

    Claim b = claim();
    assertThat(b.inputs().get("a")).isEqualTo(new Claim.Input("a", digest("a"), "a", "fake", null));
    assertThat(state(run)).isEqualTo(RunState.RUNNING);
    assertThat(finish(b)).isTrue();
    assertThat(state(run)).isEqualTo(RunState.DONE);
    assertThat(tables.runs().attempts(run))
        .extracting(AttemptRecord::outcome)
        .containsExactly(Outcome.DONE, Outcome.DONE);
    assertThat(tables.cache().find(b.cacheKey()).orElseThrow().outputDigest())
        .isEqualTo(digest("b"));
    assertThat(tables.cache().lastFinished("pair", "b").orElseThrow().run()).isEqualTo(run);
    assertThat(tables.runs().inputDigests(run, "b")).isEqualTo(Map.of("a", digest("a")));
  }

  @Test
  void submitsTheSameKeyOnce() throws Exception {
    Set<String> runs = new HashSet<>(atOnce(6, () -> tables.runs().submit(PAIR, "key", "test")));
    assertThat(runs).hasSize(1);
    assertThat(tables.runs().list(10)).hasSize(1);
  }

  @Test
  void findsTheUnfinishedRunOfTheSamePlan() {
    assertThat(tables.runs().unfinished(PAIR)).isEmpty();
    String run = submit(PAIR);
    assertThat(tables.runs().unfinished(PAIR).orElseThrow().id()).isEqualTo(run);
    RunPlan changed = new RunPlan(PAIR.jobName(), PAIR.jobFile(), "{\"seed\":2}", PAIR.steps());
    assertThat(tables.runs().unfinished(changed)).isEmpty();
    finish(claim());
    finish(claim());
    assertThat(tables.runs().unfinished(PAIR)).isEmpty();
    assertThat(tables.cache().lastLock("pair")).contains("{\"seed\":1}");
  }

  @Test
  void refusesPlansThatCouldNeverEnd() {
    RunPlan dangling = Plans.job("x").step("b", "a").plan();
    assertThatThrownBy(() -> submit(dangling)).isInstanceOf(IllegalArgumentException.class);
    RunPlan twice = Plans.job("x").step("a").step("a").plan();
    assertThatThrownBy(() -> submit(twice)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void givesEachStepToOneClaimer() throws Exception {
    Plans plans = Plans.job("wide");
    IntStream.range(0, 12).forEach(i -> plans.step("s" + i));
    submit(plans.plan());
    tables.claims().slots("cpu", 50);
    List<Optional<Claim>> claims =
        atOnce(
            8,
            () -> {
              tryClaim();
              tryClaim();
              return tryClaim();
            });
    assertThat(claims).hasSize(8);
    List<String> claimed =
        tables.runs().attempts(tables.runs().list(1).getFirst().id()).stream()
            .map(AttemptRecord::step)
            .toList();
    assertThat(claimed).doesNotHaveDuplicates();
    assertThat(held()).isEqualTo(claimed.size());
  }

  @Test
  void claimsNoMoreThanThereAreSlots() throws Exception {
    Plans plans = Plans.job("wide");
    IntStream.range(0, 6).forEach(i -> plans.step("s" + i));
    submit(plans.plan());
    tables.claims().slots("cpu", 2);
    List<Claim> claims = atOnce(6, this::tryClaim).stream().flatMap(Optional::stream).toList();
    assertThat(claims).hasSize(2);
    bells();
    finish(claims.getFirst());
    assertThat(bells()).as("whoever waits for a slot is rung for").isNotEmpty();
    assertThat(tryClaim()).isPresent();
    assertThat(tryClaim()).isEmpty();
  }

  @Test
  void claimsOnlyOfTheWantedRun() {
    submit(PAIR);
    String second = submit(Plans.job("other").step("a").plan());
    Claim claim = tables.claims().claim("cpu", ENGINE, second).orElseThrow();
    assertThat(claim.run()).isEqualTo(second);
    assertThat(tables.claims().claim("cpu", ENGINE, second)).isEmpty();
    assertThat(tables.claims().claim("gpu", ENGINE, null)).isEmpty();
  }

  @Test
  void dropsWhatAFormerHolderSays() {
    String run = submit(PAIR);
    Claim frozen = claim();
    impatient(3).claims().heartbeat(frozen, null);
    tables.sweeper().expireLeases();
    assertThat(state(run, "a")).isEqualTo(StepState.READY);
    Claim second = claim();
    assertThat(second.fence()).isEqualTo(2);

    assertThat(tables.claims().heartbeat(frozen, "late")).isEqualTo(Pulse.LOST);
    assertThat(tables.completion().done(frozen, digest("wrong"), false, null)).isFalse();
    assertThat(tables.completion().failed(frozen, FailureCode.WORK, "late"))
        .isEqualTo(StepState.RUNNING);
    assertThat(tables.completion().inReview(frozen, SUBJECT, "late")).isEqualTo(ReviewStart.LOST);
    assertThat(tables.completion().cancelled(frozen)).isFalse();
    assertThat(tables.claims().release(frozen, "late")).isFalse();
    assertThat(state(run, "a")).isEqualTo(StepState.RUNNING);
    assertThat(tables.claims().heartbeat(second, "40/100")).isEqualTo(Pulse.KEEP);
    assertThat(step(run, "a").progress()).isEqualTo("40/100");
    assertThat(finish(second)).isTrue();
    assertThat(step(run, "a").outputDigest()).isEqualTo(digest("a"));
  }

  @Test
  void countsAttemptsSoThatAStepThatKillsItsEngineEnds() {
    RunTables hasty = impatient(3);
    String run = hasty.runs().submit(PAIR, null, "test");
    for (int attempt = 1; attempt <= 3; attempt++) {
      assertThat(hasty.claims().claim("cpu", ENGINE, null).orElseThrow().attempt())
          .isEqualTo(attempt);
      hasty.sweeper().expireLeases();
    }
    assertThat(state(run, "a")).isEqualTo(StepState.FAILED);
    assertThat(step(run, "a").errorCode()).isEqualTo(FailureCode.LOST);
    assertThat(state(run, "b")).isEqualTo(StepState.SKIPPED);
    assertThat(step(run, "b").reason()).contains("a");
    assertThat(state(run)).isEqualTo(RunState.FAILED);
    assertThat(tables.runs().attempts(run))
        .extracting(AttemptRecord::outcome)
        .containsOnly(Outcome.LOST)
        .hasSize(3);
  }

  @Test
  void givesAPersonWhoAsksNewAttempts() {
    RunTables hasty = impatient(2);
    String run = hasty.runs().submit(PAIR, null, "test");
    assertThat(hasty.claims().claim("cpu", ENGINE, null)).isPresent();
    hasty.sweeper().expireLeases();
    hasty.runs().reopen(run, "test");
    assertThat(hasty.claims().claim("cpu", ENGINE, null)).isPresent();
    hasty.sweeper().expireLeases();
    assertThat(state(run, "a")).isEqualTo(StepState.READY);
  }

  @Test
  void triesAgainWhatMayGoAwayAndNothingElse() {
    RunTables hasty = impatient(2);
    String run = hasty.runs().submit(PAIR, null, "test");
    assertThat(hasty.completion().failed(claim(), FailureCode.INFRASTRUCTURE, "reset"))
        .isEqualTo(StepState.READY);
    assertThat(hasty.completion().failed(claim(), FailureCode.INFRASTRUCTURE, "reset again"))
        .isEqualTo(StepState.FAILED);
    assertThat(step(run, "a").reason()).isEqualTo("reset again");

    String second = hasty.runs().submit(PAIR, null, "test");
    assertThat(hasty.completion().failed(claim(), FailureCode.WORK, "bad data"))
        .isEqualTo(StepState.FAILED);
    assertThat(state(second)).isEqualTo(RunState.FAILED);
    assertThat(held()).isZero();
  }

  @Test
  void waitsBeforeTheNextAttempt() {
    submit(PAIR);
    tables.completion().failed(claim(), FailureCode.INFRASTRUCTURE, "reset");
    assertThat(tryClaim()).as("backoff of 2 s").isEmpty();
  }

  @Test
  void finishesIndependentBranchesOfAFailedRun() {
    String run =
        submit(
            Plans.job("y").step("a").step("b").step("c", "a").step("d", "c").step("e", "b").plan());
    tables.completion().failed(claim(), FailureCode.WORK, "bad data");
    assertThat(state(run)).isEqualTo(RunState.RUNNING);
    assertThat(state(run, "d")).isEqualTo(StepState.SKIPPED);
    finish(claim());
    finish(claim());
    assertThat(state(run, "e")).isEqualTo(StepState.DONE);
    assertThat(state(run)).isEqualTo(RunState.FAILED);
  }

  @Test
  void givesBackWithoutCountingWhenTheEngineStops() {
    String run = submit(PAIR);
    assertThat(tables.claims().release(claim(), "stopped")).isTrue();
    assertThat(step(run, "a").attempts()).isZero();
    assertThat(state(run, "a")).isEqualTo(StepState.READY);
    assertThat(held()).isZero();
    assertThat(claim().fence()).isEqualTo(2);
  }

  @Test
  void cancelsWhatIsNotFinished() {
    String run = submit(Plans.job("c").step("a").step("b").step("c", "a").plan());
    Claim a = claim();
    assertThat(tables.runs().cancel(run, "jo")).isTrue();
    assertThat(state(run, "b")).isEqualTo(StepState.CANCELLED);
    assertThat(state(run)).as("a still runs").isEqualTo(RunState.RUNNING);
    assertThat(tables.claims().heartbeat(a, null)).isEqualTo(Pulse.CANCEL);
    assertThat(tables.completion().cancelled(a)).isTrue();
    assertThat(state(run)).isEqualTo(RunState.CANCELLED);
    assertThat(tables.runs().cancel(run, "jo")).isFalse();
    assertThat(tryClaim()).isEmpty();
  }

  @Test
  void neverRestartsACancelledStepWhoseEngineDied() {
    RunTables hasty = impatient(3);
    String run = hasty.runs().submit(PAIR, null, "test");
    assertThat(hasty.claims().claim("cpu", ENGINE, null)).isPresent();
    hasty.runs().cancel(run, "jo");
    hasty.sweeper().expireLeases();
    assertThat(state(run, "a")).isEqualTo(StepState.CANCELLED);
    assertThat(state(run)).isEqualTo(RunState.CANCELLED);
  }

  @Test
  void waitsForAReviewWithoutHoldingAnything() {
    String run = submit(PAIR);
    assertThat(tables.completion().inReview(claim(), SUBJECT, "the card"))
        .isEqualTo(ReviewStart.ASKED);
    assertThat(state(run)).isEqualTo(RunState.IN_REVIEW);
    assertThat(held()).isZero();
    assertThat(tables.reviews().approval(SUBJECT)).isEmpty();

    ReviewRecord asked = tables.reviews().pending(run).getFirst();
    assertThat(tables.reviews().show(run)).isEqualTo(asked);
    tables.reviews().approve(asked.id(), "ann", "fine");
    assertThat(state(run, "a")).isEqualTo(StepState.READY);
    assertThat(state(run)).isEqualTo(RunState.RUNNING);
    assertThat(tables.reviews().approval(SUBJECT).orElseThrow().decidedBy()).isEqualTo("ann");
    assertThat(claim().attempt()).as("a review is no failure").isOne();
  }

  @Test
  void letsOnlyOnePersonDecide() throws Exception {
    String run = submit(PAIR);
    tables.completion().inReview(claim(), SUBJECT, "the card");
    String review = tables.reviews().pending(run).getFirst().id();
    List<Boolean> won =
        atOnce(
            6,
            () -> {
              try {
                tables.reviews().reject(review, "ann", "no");
                return true;
              } catch (IngotException e) {
                assertThat(e.kind()).isEqualTo(ErrorKind.CONFLICT);
                assertThat(e).hasMessageContaining("rejected by ann");
                return false;
              }
            });
    assertThat(won).containsOnlyOnce(true);
    assertThat(state(run, "a")).isEqualTo(StepState.FAILED);
    assertThat(step(run, "a").reason()).isEqualTo("rejected by ann: no");
    assertThat(state(run, "b")).isEqualTo(StepState.SKIPPED);
    assertThat(state(run)).isEqualTo(RunState.FAILED);
    assertThat(tables.reviews().approval(SUBJECT)).isEmpty();
  }

  @Test
  void withdrawsAQuestionWhoseSubjectChanged() {
    String run = submit(PAIR);
    tables.completion().inReview(claim(), SUBJECT, "the card");
    ReviewRecord first = tables.reviews().pending(run).getFirst();
    tables.reviews().approve(first.id(), "ann", "");
    String other = "6".repeat(64);
    tables.completion().inReview(claim(), other, "the edited card");
    assertThat(tables.reviews().pending(run))
        .extracting(ReviewRecord::subjectDigest)
        .containsExactly(other);
    assertThat(tables.reviews().approval(other)).isEmpty();
    tables.runs().cancel(run, "jo");
    assertThat(tables.reviews().list(true)).isEmpty();
    assertThatThrownBy(() -> tables.reviews().show("nothing"))
        .isInstanceOfSatisfying(
            IngotException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.NOT_FOUND));
  }

  /** Two predecessors that finish at once must not each wait for the other to wake the join. */
  @Test
  void wakesAJoinWhoeverFinishesLast() throws Exception {
    RunPlan plan =
        Plans.job("join")
            .step("a")
            .step("b")
            .step("c")
            .step("d")
            .step("z", "a", "b", "c", "d")
            .plan();
    for (int round = 0; round < 60; round++) {
      String run = submit(plan);
      List<Claim> claims = List.of(claim(), claim(), claim(), claim());
      var queue = new ConcurrentLinkedQueue<>(claims);
      assertThat(atOnce(4, () -> finish(queue.remove()))).containsOnly(true);
      assertThat(state(run, "z")).as("round " + round).isEqualTo(StepState.READY);
      finish(claim());
      assertThat(state(run)).isEqualTo(RunState.DONE);
    }
  }

  @Test
  void ringsAgainWhatNobodyHeard() {
    RunTables hasty = impatient(3);
    String run = hasty.runs().submit(PAIR, null, "test");
    assertThat(bells()).containsExactly("a");
    hasty.sweeper().sweep();
    assertThat(bells()).containsExactly("a");
    assertThatThrownBy(
            () -> {
              hasty.sweeper().sweep();
              hasty
                  .outbox()
                  .relay(
                      bell -> {
                        throw new IllegalStateException("crash before the bell was rung");
                      });
            })
        .isInstanceOf(IllegalStateException.class);
    assertThat(bells()).containsExactly("a");
    assertThat(state(run, "a")).isEqualTo(StepState.READY);
  }

  @Test
  void freesWhatDeadProcessesHeld() {
    String run = submit(PAIR);
    String alive = tables.engines().register("alive");
    String dead = tables.engines().register("dead");
    database.execute(
        connection ->
            Sql.update(
                connection, "UPDATE engine SET pid_started = 'long ago' WHERE id = ?", dead));
    assertThat(tables.claims().claim("cpu", dead, null)).isPresent();
    tables.engines().freeDead();
    assertThat(state(run, "a")).isEqualTo(StepState.READY);
    Claim second = tables.claims().claim("cpu", alive, null).orElseThrow();
    tables.engines().freeDead();
    assertThat(finish(second)).isTrue();
  }

  @Test
  void keepsAJournalOfEffects() {
    submit(PAIR);
    Claim claim = claim();
    assertThat(tables.effects().find("upload")).isEmpty();
    tables.effects().started(claim, "upload", "acme/desk");
    tables.effects().started(claim, "upload", "acme/desk");
    assertThat(tables.effects().find("upload").orElseThrow().receipt()).isNull();
    tables.effects().done("upload", "{\"commit\":\"1a\"}");
    assertThat(tables.effects().find("upload").orElseThrow().receipt())
        .isEqualTo("{\"commit\":\"1a\"}");
  }

  /** Engines die at random; afterwards every slot is free and every step was finished once. */
  @Test
  void losesNoSlotWhateverDies() {
    RunTables hasty = impatient(1000);
    hasty.claims().slots("cpu", 3);
    Plans plans = Plans.job("chaos");
    for (int i = 0; i < 12; i++) {
      plans.step("s" + i, i < 3 ? new String[0] : new String[] {"s" + (i - 3), "s" + (i - 2)});
    }
    String run = hasty.runs().submit(plans.plan(), null, "test");
    Random random = new Random(7);
    List<Claim> running = new ArrayList<>();
    for (int move = 0; move < 400 && state(run) == RunState.RUNNING; move++) {
      switch (random.nextInt(6)) {
        case 0 -> hasty.sweeper().sweep();
        case 1 -> running.clear(); // the process dies
        case 2 -> {
          if (!running.isEmpty()) {
            hasty.completion().failed(running.removeLast(), FailureCode.INFRASTRUCTURE, "reset");
          }
        }
        case 3, 4 -> hasty.claims().claim("cpu", ENGINE, run).ifPresent(running::add);
        default -> {
          if (!running.isEmpty()) {
            Claim claim = running.removeFirst();
            hasty.completion().done(claim, digest(claim.step()), false, null);
          }
        }
      }
      assertThat(held()).isLessThanOrEqualTo(3);
    }
    hasty.sweeper().sweep();
    assertThat(state(run)).isEqualTo(RunState.DONE);
    assertThat(held()).isZero();
    assertThat(
            hasty.runs().attempts(run).stream()
                .filter(attempt -> attempt.outcome() == Outcome.DONE)
                .collect(Collectors.groupingBy(AttemptRecord::step, Collectors.counting())))
        .hasSize(12)
        .allSatisfy((step, count) -> assertThat(count).isOne());
  }

  private int held() {
    return database.transaction(
        connection ->
            Sql.list(connection, "SELECT 1 FROM slot WHERE holder_run IS NOT NULL", row -> 1)
                .size());
  }

  private static <T> List<T> atOnce(int threads, Callable<T> work) throws Exception {
    CountDownLatch start = new CountDownLatch(1);
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Future<T>> results = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        results.add(
            pool.submit(
                () -> {
                  start.await();
                  return work.call();
                }));
      }
      start.countDown();
      List<T> values = new ArrayList<>();
      for (Future<T> result : results) {
        values.add(result.get());
      }
      return values;
    }
  }
}
