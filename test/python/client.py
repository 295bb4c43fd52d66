"""A user of PluginRunner, in a process of its own: its words are the package, and it writes a line when it begins."""

import sys

from dify_plugin.config.integration_config import IntegrationConfig
from dify_plugin.integration.run import PluginRunner

print("begins", flush=True)
with PluginRunner(IntegrationConfig(), sys.argv[1]):
    print("is ready", flush=True)
