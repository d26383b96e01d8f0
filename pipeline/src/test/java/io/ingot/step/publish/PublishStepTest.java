package io.ingot.step.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import io.ingot.hub.Hub;
import io.ingot.hub.HubClient;
import io.ingot.hub.RepoId;
import io.ingot.hub.RepoInfo;
import io.ingot.hub.server.EmbeddedHub;
import io.ingot.step.Approval;
import io.ingot.step.StepOutcome;
import io.ingot.step.card.FakeContext;
import io.ingot.step.card.ReleaseFixture;
import io.ingot.step.review.ReviewStep;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Publishing once, whatever happens. */
class PublishStepTest {
  private static final List<String> BOTH = List.of("blended", "gguf");
  private static final String MARK = "Ingot-Subject: ";

  @TempDir Path root;
  private final FakeHub hub = new FakeHub();
  private final FakeContext.FakeJournal journal = new FakeContext.FakeJournal();
  private ReleaseFixture job;
  private Path card;
  private int attempts;

  @BeforeEach
  void writeCard() throws Exception {
    job =
        ReleaseFixture.write(
            root, "apache-2.0", Map.of("LICENSE", "Apache License\nVersion 2.0, January 2004\n"));
    card = job.card("acme/desk", BOTH, "card");
  }

  private FakeContext context(String to, @org.jspecify.annotations.Nullable Hub target)
      throws IOException {
    Path output = Files.createDirectories(root.resolve("out" + attempts++));
    return new FakeContext(
            new ObjectMapper()
                .readTree("{\"to\":{" + to + "},\"visibility\":\"private\",\"revision\":\"main\"}"),
            output,
            target,
            journal)
        .with("card", ReleaseFixture.digest("card"), card, "card")
        .with(
            "artifact:blended", ReleaseFixture.digest("blended"), root.resolve("blended"), "merge")
        .with("artifact:gguf", ReleaseFixture.digest("gguf"), root.resolve("gguf"), "quantize");
  }

  private StepOutcome.Done publish() throws Exception {
    return (StepOutcome.Done) new PublishStep().run(context("\"hub\":\"acme/desk\"", hub));
  }

  @Test
  void uploadsInOneCommitThatNamesItsSubject() throws Exception {
    StepOutcome.Done done = publish();
    assertThat(done.reused()).isFalse();
    assertThat(hub.commits).isEqualTo(1);
    assertThat(hub.history.getFirst().message()).startsWith("Publish desk\n").contains(MARK);
    assertThat(hub.history.getFirst().files().keySet())
        .contains("README.md", "model.safetensors", "blended-Q4_K_M.gguf", "LICENSE", "NOTICE")
        .doesNotContain("card.json", "manifest.json", "metrics.jsonl");
    assertThat(journal.effects.values())
        .singleElement()
        .satisfies(e -> assertThat(e.receipt()).contains(hub.history.getFirst().id()));
    assertThat(root.resolve("out0/publication.json"))
        .content()
        .contains("\"repo\" : \"acme/desk\"");
  }

  @Test
  void aSecondRunReusesIt() throws Exception {
    publish();
    assertThat(publish().reused()).isTrue();
    assertThat(hub.commits).isEqualTo(1);
  }

  @Test
  void afterALostAnswerTheCommitIsFoundAgain() throws Exception {
    hub.dieAfterCommit = true;
    assertThatThrownBy(this::publish).isInstanceOf(UncheckedIOException.class);
    assertThat(journal.effects.values())
        .singleElement()
        .satisfies(e -> assertThat(e.receipt()).isEmpty());
    assertThat(publish().reused()).isTrue();
    assertThat(hub.commits).isEqualTo(1);
  }

  @Test
  void afterALostJournalTheCommitIsFoundAgain() throws Exception {
    publish();
    journal.effects.clear();
    assertThat(publish().reused()).isTrue();
    assertThat(hub.commits).isEqualTo(1);
  }

  @Test
  void afterASquashTheFilesAreCompared() throws Exception {
    publish();
    FakeHub.Snapshot last = hub.history.removeLast();
    hub.history.add(new FakeHub.Snapshot(last.id(), "Squashed", last.files()));
    journal.effects.clear();
    assertThat(publish().reused()).isTrue();
  }

  @Test
  void whatArrivedDamagedIsAnError() {
    hub.damage = "model.safetensors";
    assertThatThrownBy(this::publish)
        .isInstanceOf(IngotException.class)
        .hasMessageContaining("model.safetensors differs");
  }

  @Test
  void aFileThatChangedAfterTheReviewIsRefused() throws Exception {
    Files.write(root.resolve("gguf/blended-Q8_0.gguf"), new byte[] {1}, StandardOpenOption.APPEND);
    assertThatThrownBy(this::publish)
        .isInstanceOfSatisfying(
            IngotException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CONFLICT))
        .hasMessageContaining("blended-Q8_0.gguf");
    assertThat(hub.commits).isZero();
    assertThat(journal.effects).isEmpty();
  }

  @Test
  void anApprovalOfAnotherCardIsRefused() throws Exception {
    Path review = Files.createDirectories(root.resolve("review"));
    Files.writeString(
        review.resolve(ReviewStep.FILE), "{\"inputs\":{\"card\":\"" + "0".repeat(64) + "\"}}");
    FakeContext context =
        context("\"hub\":\"acme/desk\"", hub).with("review", "r", review, "review");
    assertThatThrownBy(() -> new PublishStep().run(context))
        .isInstanceOfSatisfying(
            IngotException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.BLOCKED));
    assertThat(hub.commits).isZero();
  }

  @Test
  void anApprovalOfThisCardOpensTheDoor() throws Exception {
    FakeContext review =
        context("\"hub\":\"acme/desk\"", hub)
            .with(
                "evaluation:quality",
                ReleaseFixture.digest("quality"),
                root.resolve("quality"),
                "evaluate");
    StepOutcome.NeedsReview asked = (StepOutcome.NeedsReview) new ReviewStep().run(review);
    assertThat(asked.title()).contains("desk").contains("apache-2.0");
    review.approvals.put(
        asked.subjectDigest(),
        new Approval(asked.subjectDigest(), "ada", Instant.parse("2026-11-21T12:00:00Z"), "fine"));
    assertThat(new ReviewStep().run(review)).isEqualTo(StepOutcome.done("approved by ada"));
    assertThat(review.output().resolve(ReviewStep.FILE))
        .content()
        .contains("\"by\" : \"ada\"")
        .contains("2026-11-21T12:00:00Z")
        .contains(asked.subjectDigest());
    FakeContext context =
        context("\"hub\":\"acme/desk\"", hub).with("review", "r", review.output(), "review");
    assertThat(((StepOutcome.Done) new PublishStep().run(context)).reused()).isFalse();
  }

  @Test
  void aChangedInputIsAnotherSubject() throws Exception {
    StepOutcome.NeedsReview one =
        (StepOutcome.NeedsReview) new ReviewStep().run(context("\"hub\":\"a/b\"", hub));
    for (String role : List.of("card", "artifact:gguf")) {
      FakeContext changed = context("\"hub\":\"a/b\"", hub);
      changed.with(role, "f".repeat(64), changed.input(role).path(), "x");
      StepOutcome.NeedsReview two = (StepOutcome.NeedsReview) new ReviewStep().run(changed);
      assertThat(two.subjectDigest()).isNotEqualTo(one.subjectDigest());
    }
  }

  @Test
  void aNewReleaseTakesAwayWhatTheLastOneLeft() throws Exception {
    publish();
    hub.history.getLast().files().put("picture.png", new byte[] {1});
    Files.delete(root.resolve("gguf/blended-Q8_0.gguf"));
    Files.writeString(root.resolve("blended/generation_config.json"), "{}");
    card = job.card("acme/desk", BOTH, "card2");
    FakeContext context = context("\"hub\":\"acme/desk\"", hub);
    context.with("card", "e".repeat(64), card, "card");
    assertThat(((StepOutcome.Done) new PublishStep().run(context)).reused()).isFalse();
    assertThat(hub.history.getLast().files().keySet())
        .contains("generation_config.json", "blended-Q4_K_M.gguf")
        .doesNotContain("blended-Q8_0.gguf");
  }

  @Test
  void writesAFolderAtOnceAndOnce() throws Exception {
    Path target = root.resolve("release/desk");
    String to = "\"path\":\"" + target + "\"";
    StepOutcome.Done first = (StepOutcome.Done) new PublishStep().run(context(to, null));
    assertThat(first.reused()).isFalse();
    assertThat(target.resolve("README.md")).exists();
    assertThat(target.resolve("model.safetensors"))
        .hasSameBinaryContentAs(root.resolve("blended/model.safetensors"));
    try (Stream<Path> beside = Files.list(target.getParent())) {
      assertThat(beside).containsExactly(target);
    }
    assertThat(((StepOutcome.Done) new PublishStep().run(context(to, null))).reused()).isTrue();
    Files.writeString(target.resolve("README.md"), "changed");
    assertThat(((StepOutcome.Done) new PublishStep().run(context(to, null))).reused()).isFalse();
    assertThat(target.resolve("README.md")).content().startsWith("---");
  }

  @Test
  void leavesAForeignFolderAlone() throws Exception {
    Path target = Files.createDirectories(root.resolve("mine"));
    Files.writeString(target.resolve("thesis.txt"), "years of work");
    FakeContext context = context("\"path\":\"" + target + "\"", null);
    assertThatThrownBy(() -> new PublishStep().run(context))
        .isInstanceOfSatisfying(
            IngotException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CONFLICT));
    assertThat(target.resolve("thesis.txt")).hasContent("years of work");
  }

  @Test
  void secretsAndPicklesStayInTheHouse() throws Exception {
    for (String content :
        List.of("{\"token\":\"hf_" + "a".repeat(34) + "\"}", "PK\u0003\u0004zip")) {
      job.text("blended/tokenizer_config.json", content.startsWith("{") ? content : "{}");
      job.text("blended/merges.txt", content.startsWith("{") ? "" : content);
      card = job.card("acme/desk", BOTH, "card" + content.length());
      assertThatThrownBy(this::publish)
          .isInstanceOfSatisfying(
              IngotException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.BLOCKED))
          .hasMessageNotContaining("hf_aaa");
    }
    assertThat(hub.commits).isZero();
  }

  @Test
  void publishesToARealHubOverHttp() throws Exception {
    Path imports = Files.createDirectories(root.resolve("imports"));
    try (EmbeddedHub server =
            EmbeddedHub.start(imports, root.resolve("store"), 0, Optional.empty());
        HubClient client =
            HubClient.of(
                Map.of(
                    "HF_ENDPOINT", server.uri().toString(),
                    "HF_HOME", root.resolve("hf").toString()))) {
      FakeContext first = context("\"hub\":\"acme/desk\"", client);
      StepOutcome.Done done = (StepOutcome.Done) new PublishStep().run(first);
      assertThat(done.reused()).isFalse();
      journal.effects.clear();
      StepOutcome.Done again =
          (StepOutcome.Done) new PublishStep().run(context("\"hub\":\"acme/desk\"", client));
      assertThat(again.reused()).isTrue();
      RepoInfo info = client.info(RepoId.model("acme/desk"), "main");
      assertThat(info.isPrivate()).isTrue();
      assertThat(info.cardData().path("license").asText()).isEqualTo("apache-2.0");
      assertThat(client.commits(RepoId.model("acme/desk"), "main"))
          .filteredOn(commit -> (commit.title() + commit.message()).contains(MARK))
          .hasSize(1);
    }
  }
}
