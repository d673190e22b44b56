"""What anyone may be shown of partners' records: fixed tables of counts, small ones hidden."""
