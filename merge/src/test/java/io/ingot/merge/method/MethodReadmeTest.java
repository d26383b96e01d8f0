package io.ingot.merge.method;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The README's list of methods is what the classes say. */
class MethodReadmeTest {
  private static final Path README = Path.of("README.md");
  private static final String BEGIN = "<!-- methods: made by MethodReadmeTest, do not edit -->\n";
  private static final String END = "<!-- end of methods -->\n";

  @Test
  void listsTheMethodsAsTheyAre() throws IOException {
    String readme = Files.readString(README);
    assertThat(readme).containsOnlyOnce(BEGIN).containsOnlyOnce(END);
    int begin = readme.indexOf(BEGIN) + BEGIN.length();
    int end = readme.indexOf(END);
    String wanted = "\n" + MethodPages.all() + "\n";
    if (Boolean.getBoolean("readme.update")) {
      Files.writeString(README, readme.substring(0, begin) + wanted + readme.substring(end));
      return;
    }
    assertThat(readme.substring(begin, end))
        .as(
            "the methods have changed; make the section anew with"
                + " mvn -Dfast -pl merge test -Dtest=MethodReadmeTest -Dreadme.update=true")
        .isEqualTo(wanted);
  }

  @Test
  void everyMethodSaysWhatItComputes() {
    assertThat(MergeMethods.names()).hasSize(20);
    for (MergeMethod method : MergeMethods.all()) {
      assertThat(method.formula()).as(method.name()).isNotBlank();
      assertThat(method.example()).startsWith("merge_method: " + method.name() + "\n");
      assertThat(method.parameters()).allSatisfy(p -> assertThat(p.description()).isNotBlank());
    }
  }
}
