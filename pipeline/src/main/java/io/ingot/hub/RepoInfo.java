package io.ingot.hub;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * A repository at a commit.
 *
 * @param commit 40 hexadecimal digits
 * @param cardData front matter of the card as the Hub parsed it; missing node when there is none
 */
public record RepoInfo(
    RepoId id,
    String commit,
    boolean isPrivate,
    boolean gated,
    List<String> tags,
    JsonNode cardData,
    List<RepoFile> files) {}
