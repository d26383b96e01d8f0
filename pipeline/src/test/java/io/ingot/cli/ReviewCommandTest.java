package io.ingot.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.run.Claim;
import io.ingot.run.Plans;
import io.ingot.run.RunTables;
import io.ingot.store.IngotHome;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Decisions, as a reviewer makes them. */
class ReviewCommandTest {
  private static final String SUBJECT = "ab".repeat(32);

  @TempDir Path home;
  private StringWriter out = new StringWriter();
  private StringWriter err = new StringWriter();
  private String run = "";

  @BeforeEach
  void askForAReview() {
    try (RunTables tables = RunTables.inFolder(new IngotHome(home).database())) {
      tables.claims().slots("cpu", 1);
      run = tables.runs().submit(Plans.job("desk").step("review:release").plan(), null, "test");
      Claim claim = tables.claims().claim("cpu", "worker", null).orElseThrow();
      tables.completion().inReview(claim, SUBJECT, "desk, 14 files, license apache-2.0");
    }
  }

  private int ingot(String... arguments) {
    out = new StringWriter();
    err = new StringWriter();
    return Ingot.execute(
        new PrintWriter(out, true),
        new PrintWriter(err, true),
        Map.of("INGOT_HOME", home.toString()),
        false,
        arguments);
  }

  private JsonNode json() throws Exception {
    return new ObjectMapper().readTree(out.toString());
  }

  private String id() throws Exception {
    assertThat(ingot("review", "list", "--json")).isZero();
    return json().at("/reviews/0/id").asText();
  }

  @Test
  void listsAndShowsWhatWaits() throws Exception {
    assertThat(ingot("review", "list")).isZero();
    assertThat(out.toString()).contains("review:release").contains("pending").contains("14 files");
    assertThat(ingot("review", "show", id(), "--json")).isZero();
    assertThat(json().path("subject").asText()).isEqualTo(SUBJECT);
    assertThat(ingot("review", "show", run)).isZero();
    assertThat(out.toString()).contains(SUBJECT);
  }

  @Test
  void approvalRecordsWhoWhenAndWhy() throws Exception {
    String id = id();
    assertThat(ingot("review", "approve", id, "--by", "ada", "--comment", "fine", "--json"))
        .isZero();
    assertThat(json().path("by").asText()).isEqualTo("ada");
    assertThat(json().path("comment").asText()).isEqualTo("fine");
    assertThat(json().path("at").asText()).contains("T");
    assertThat(json().path("state").asText()).isEqualTo("approved");
    assertThat(ingot("review", "list", "--json")).isZero();
    assertThat(json().path("reviews")).isEmpty();
    assertThat(ingot("review", "list", "--all")).isZero();
    assertThat(out.toString()).contains("approved");
  }

  @Test
  void theNameMayStandBehindTheId() throws Exception {
    assertThat(ingot("review", "approve", id(), "ada")).isZero();
    assertThat(out.toString()).contains("approved by ada");
  }

  @Test
  void theUserOfTheSystemStandsForAName() throws Exception {
    assertThat(ingot("review", "reject", id(), "--reason", "no")).isZero();
    assertThat(out.toString()).contains("rejected by " + System.getProperty("user.name"));
  }

  @Test
  void aDecisionIsMadeOnce() throws Exception {
    String id = id();
    assertThat(ingot("review", "reject", id, "--by", "ada", "--reason", "too small")).isZero();
    assertThat(ingot("review", "approve", id, "--by", "bob")).isEqualTo(5);
    assertThat(err.toString()).contains("rejected by ada");
    assertThat(ingot("review", "reject", id, "--by", "bob")).isEqualTo(5);
  }

  @Test
  void anUnknownReviewIsNotFound() {
    assertThat(ingot("review", "approve", "r-none", "--by", "ada")).isEqualTo(4);
    assertThat(err.toString()).contains("r-none").contains("review list");
    assertThat(ingot("review", "show", "r-none")).isEqualTo(4);
    assertThat(ingot("--home", home.resolve("fresh").toString(), "review", "show", "x"))
        .isEqualTo(4);
    assertThat(ingot("--home", home.resolve("fresh").toString(), "review", "list")).isZero();
  }

  @Test
  void twoDifferentNamesAreAMistake() throws Exception {
    assertThat(ingot("review", "approve", id(), "ada", "--by", "bob")).isEqualTo(2);
  }
}
