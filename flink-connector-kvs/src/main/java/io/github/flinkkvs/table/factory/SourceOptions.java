/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.table.factory;

import io.github.flinkkvs.client.aws.AwsOptions;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.table.KvsTableOptions;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.factories.DynamicTableFactory;

import java.util.HashMap;
import java.util.Map;

/**
 * Which options reach the source of a table: those of the table, those of its catalog, and those
 * that the table got after a plan was compiled. Immutable.
 */
final class SourceOptions {

    /**
     * The scans of one query may hold all connections of a stream while another scan of it waits
     * for one: the query would hang.
     */
    private static final String CONNECTION_LIMIT_FAIL_AFTER = "10 min";

    /** Options of tables that do not have them. */
    private final Map<String, String> defaults;

    /**
     * @param defaults options for tables that do not have them, such as those of a catalog
     */
    SourceOptions(Map<String, String> defaults) {
        this.defaults = Map.copyOf(defaults);
    }

    /**
     * @throws ValidationException if the table was made from one of a catalog and lacks credentials
     */
    Configuration of(DynamicTableFactory.Context context) {
        return sourceOptions(tableOptions(context));
    }

    /**
     * Options as the table spells them. For a table from a compiled plan, options that only affect
     * the source are taken from the current table.
     */
    private Map<String, String> tableOptions(DynamicTableFactory.Context context) {
        Map<String, String> options = new HashMap<>(context.getCatalogTable().getOptions());
        Map<String, String> today = new HashMap<>(context.getEnrichmentOptions());
        today.keySet().removeIf(key -> !isForwarded(key));
        if (today.keySet().stream().anyMatch(AwsOptions::isCredentialsKey)) {
            options.keySet().removeIf(AwsOptions::isCredentialsKey);
        }
        options.putAll(today);
        String catalog = options.get(KvsTableOptions.CREDENTIALS_OF_CATALOG.key());
        if (catalog != null
                && defaults.isEmpty()
                && options.keySet().stream().noneMatch(AwsOptions::isCredentialsKey)) {
            throw new ValidationException(
                    "Table "
                            + context.getObjectIdentifier().asSummaryString()
                            + " was made from a table of catalog "
                            + catalog
                            + ", but has none of that catalog's credentials: give it options"
                            + " aws.credentials.* of its own ('aws.credentials.provider' = 'AUTO'"
                            + " for those that the machines have), or query the catalog's table");
        }
        return options;
    }

    /** Whether a change of the table's option counts for plans that were compiled before. */
    static boolean isForwarded(String key) {
        return key.startsWith("source.")
                || key.startsWith("aws.") && !key.equals(AwsOptions.REGION.key());
    }

    /** Options of the source itself. */
    private Configuration sourceOptions(Map<String, String> table) {
        Map<String, String> options = new HashMap<>(defaults);
        if (table.containsKey(AwsOptions.CREDENTIALS_PROVIDER.key())) {
            // Options of the catalog's provider do not apply to another one.
            options.keySet().removeIf(AwsOptions::isCredentialsKey);
        }
        // If an option is set in both spellings, one hides the other, wherever they come from.
        table.keySet().forEach(key -> options.remove(AwsOptions.otherSpelling(key)));
        options.putAll(table);
        options.keySet().removeIf(key -> !key.startsWith("aws.") && !key.startsWith("source."));
        options.putIfAbsent(
                KvsSourceOptions.CONNECTION_LIMIT_FAIL_AFTER.key(), CONNECTION_LIMIT_FAIL_AFTER);
        return Configuration.fromMap(options);
    }
}
