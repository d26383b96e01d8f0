package io.ingot.provenance;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Which inputs and recipe gave which files: an in-toto Statement v1 with the SLSA provenance v1
 * predicate, unsigned (level 1).
 */
public final class BuildStatement {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private BuildStatement() {}

  /** The document {@code provenance.intoto.json}. */
  public static String write(BuildFacts facts) {
    ObjectNode statement = JSON.objectNode();
    statement.put("_type", "https://in-toto.io/Statement/v1");
    ArrayNode subject = statement.putArray("subject");
    for (BuildFacts.File file : facts.files()) {
      subject.addObject().put("name", file.path()).putObject("digest").put("sha256", file.sha256());
    }
    statement.put("predicateType", "https://slsa.dev/provenance/v1");
    ObjectNode predicate = statement.putObject("predicate");
    ObjectNode definition = predicate.putObject("buildDefinition");
    definition.put("buildType", "urn:ingot:job:v1");
    definition.set("externalParameters", facts.parameters());
    definition.putObject("internalParameters");
    ArrayNode dependencies = definition.putArray("resolvedDependencies");
    for (BuildFacts.Ancestor model : facts.models()) {
      ObjectNode one = dependencies.addObject();
      one.put("uri", MlBom.purl(model.repository(), model.commit()));
      model.commit().ifPresent(c -> one.putObject("digest").put("gitCommit", c));
    }
    for (BuildFacts.Data data : facts.datasets()) {
      ObjectNode one = dependencies.addObject();
      one.put("name", data.name());
      one.put("uri", data.source());
      ObjectNode digest = JSON.objectNode();
      data.sha256().ifPresent(hash -> digest.put("sha256", hash));
      data.commit().ifPresent(commit -> digest.put("gitCommit", commit));
      if (!digest.isEmpty()) {
        one.set("digest", digest);
      }
    }
    ObjectNode builder = predicate.putObject("runDetails").putObject("builder");
    builder.put("id", "urn:ingot");
    builder.putObject("version").put("ingot", facts.toolVersion());
    return ProvenanceJson.write(statement);
  }
}
