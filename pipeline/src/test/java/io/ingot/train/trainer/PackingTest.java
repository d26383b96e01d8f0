package io.ingot.train.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.train.TokenRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Packs as TRL's bfd strategy makes them. */
class PackingTest {
  @Test
  void fillsTheFullestPackThatHasRoom() {
    List<TokenBatch> packs = pack(10, 5, 3, 9, 10, 4, 4, 7, 1, 2, 10);
    assertThat(lengths(packs))
        .containsExactly(
            List.of(10), List.of(10), List.of(9, 1), List.of(7, 3), List.of(5, 4), List.of(4, 2));
  }

  @Test
  void agreesWithTrl() throws IOException {
    Path file = Path.of("src/test/resources/golden/lora/packing/pack_plan.json");
    assumeTrue(Files.exists(file), "no golden packing plan");
    int checked = 0;
    for (JsonNode c : new ObjectMapper().readTree(file.toFile()).path("cases")) {
      if (!c.path("strategy").asText().equals("bfd")) {
        continue;
      }
      int capacity = c.path("max_length").asInt();
      List<Integer> lengths = new ArrayList<>();
      c.path("lengths").forEach(l -> lengths.add(Math.min(l.asInt(), capacity)));
      List<List<Integer>> expected = new ArrayList<>();
      for (JsonNode row : c.path("rows")) {
        List<Integer> pieces = new ArrayList<>();
        row.path("seq_lengths").forEach(l -> pieces.add(l.asInt()));
        expected.add(pieces);
      }
      int[] plain = lengths.stream().mapToInt(Integer::intValue).toArray();
      assertThat(lengths(pack(capacity, plain))).isEqualTo(expected);
      checked++;
    }
    assertThat(checked).isPositive();
  }

  private static List<TokenBatch> pack(int capacity, int... lengths) {
    return Packing.bestFitDecreasing(
        IntStream.of(lengths).mapToObj(n -> new TokenRow(new int[n], new int[n])).toList(),
        capacity);
  }

  private static List<List<Integer>> lengths(List<TokenBatch> packs) {
    return packs.stream()
        .map(p -> p.rows().stream().map(r -> r.inputIds().length).toList())
        .toList();
  }
}
