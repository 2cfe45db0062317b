// The plugin product: everything is in V2AElement and CShim; this target carries the link settings.
