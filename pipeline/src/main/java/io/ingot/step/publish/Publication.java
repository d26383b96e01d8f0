package io.ingot.step.publish;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.card.CardFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What became of a publication.
 *
 * @param receipt commit on the Hub, or subject of a folder
 * @param reused whether it was there already
 */
record Publication(String receipt, boolean reused) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Writes {@code publication.json}. */
  void write(Path folder, PublishParameters parameters, String subject, CardFolder card)
      throws IOException {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    if (parameters.to().hub() != null) {
      tree.put("repo", parameters.to().hub());
      tree.put("revision", parameters.revision());
      tree.put("commit", receipt);
    } else {
      tree.put("path", parameters.to().path());
    }
    tree.put("subject", subject);
    ArrayNode files = tree.putArray("files");
    for (CardFolder.Entry entry : card.files()) {
      files
          .addObject()
          .put("path", entry.path())
          .put("bytes", entry.bytes())
          .put("sha256", entry.sha256());
    }
    Files.writeString(
        folder.resolve("publication.json"),
        JSON.writerWithDefaultPrettyPrinter().writeValueAsString(tree) + "\n");
  }
}
